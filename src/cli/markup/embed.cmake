# The script and the style of the report page, made into data of the program: d3's modules as Debian
# has them (node-d3: each module's own minified file), then ours in the order of web/ORDER. Included
# by CMakeLists.txt it finds the files and says when they are joined again; run with cmake -P it joins
# them. The page's content policy names the SHA-256 of both, so these are made here, too.

if(CMAKE_SCRIPT_MODE_FILE)
  # cmake -DTO=FILE -DFIRST=FILE -DLIST=FILE -P embed.cmake: joins the files that LIST names into TO,
  # with the text of FIRST as a comment before them, and writes TO.hash.
  file(STRINGS ${LIST} files)
  file(READ ${FIRST} text)
  file(WRITE ${TO}.new "/*\n${text}*/\n")
  foreach(name IN LISTS files)
    file(READ ${name} text)
    # What would end the element that the text stands in.
    string(TOLOWER "${text}" small)
    if(small MATCHES "</script|</style|<!--")
      message(FATAL_ERROR "${name}: has '${CMAKE_MATCH_0}', which ends the element it stands in; write it in two parts")
    endif()
    string(FIND "${text}" "\r" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${name}: has carriage returns, which browsers drop before they hash it; end lines with newlines")
    endif()
    string(REGEX REPLACE "//# sourceMappingURL=[^\n]*" "" text "${text}")
    file(APPEND ${TO}.new "${text}\n")
  endforeach()
  # base64 of the 32 bytes: of 6 bits each, from the digits of 24.
  file(SHA256 ${TO}.new hex)
  set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(hash sha256-)
  foreach(group RANGE 0 60 6)
    string(SUBSTRING "${hex}0000" ${group} 6 part)
    foreach(shift 18 12 6 0)
      math(EXPR place "(0x${part} >> ${shift}) & 63")
      string(SUBSTRING ${digits} ${place} 1 digit)
      string(APPEND hash ${digit})
    endforeach()
  endforeach()
  string(SUBSTRING ${hash} 0 50 hash)
  file(WRITE ${TO}.hash "${hash}=")
  file(RENAME ${TO}.new ${TO})
  return()
endif()

set(report_web ${CMAKE_SOURCE_DIR}/src/cli/report/web)
set(report_made ${CMAKE_BINARY_DIR}/report)

# Modules after those that they are made of.
set(d3_modules array color interpolate format time time-format path scale shape dispatch selection axis)
find_path(SPILLWAY_D3 d3-array/dist/d3-array.min.js PATHS /usr/share/nodejs /usr/lib/nodejs
          NO_DEFAULT_PATH DOC "folder of the modules of d3, as Debian's node-d3 has them")
set(report_script)
foreach(module IN LISTS d3_modules)
  set(file ${SPILLWAY_D3}/d3-${module}/dist/d3-${module}.min.js)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "the report page is drawn with d3, of which ${file} is missing: install node-d3 (jobs/setup.sh does), or give -DSPILLWAY_D3=FOLDER with d3-array/dist/d3-array.min.js and the like")
  endif()
  list(APPEND report_script ${file})
endforeach()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${report_web}/ORDER)
file(STRINGS ${report_web}/ORDER report_order REGEX "^[^#]")
set(report_style)
foreach(name IN LISTS report_order)
  string(STRIP "${name}" name)
  if(NOT EXISTS ${report_web}/${name})
    message(FATAL_ERROR "${report_web}/ORDER names ${name}, which is not there")
  elseif(name MATCHES "\\.css$")
    list(APPEND report_style ${report_web}/${name})
  else()
    list(APPEND report_script ${report_web}/${name})
  endif()
endforeach()

function(report_join to first)
  list(JOIN ARGN "\n" lines)
  file(CONFIGURE OUTPUT ${to}.list CONTENT "${lines}\n" @ONLY) # left alone when it is the same
  add_custom_command(OUTPUT ${to} ${to}.hash
    COMMAND ${CMAKE_COMMAND} -DTO=${to} -DFIRST=${first} -DLIST=${to}.list
            -P ${CMAKE_SOURCE_DIR}/src/cli/markup/embed.cmake
    DEPENDS ${ARGN} ${first} ${to}.list ${CMAKE_SOURCE_DIR}/src/cli/markup/embed.cmake
    COMMENT "Joining ${to}" VERBATIM)
endfunction()
report_join(${report_made}/script.js ${report_web}/LICENCE.d3 ${report_script})
report_join(${report_made}/style.css ${report_web}/LICENCE ${report_style})
set(report_parts ${report_made}/script.js ${report_made}/script.js.hash ${report_made}/style.css
    ${report_made}/style.css.hash)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/cli/markup/embed.c PROPERTIES
  OBJECT_DEPENDS "${report_parts}" COMPILE_DEFINITIONS "SW_REPORT_MADE=\"${report_made}\"")
