# What `cmake --install` and `cpack -G DEB` put where.
include(GNUInstallDirs)
set(from ${CMAKE_SOURCE_DIR}/jobs/install)

install(TARGETS spillway libspillway
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/spillway DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /) # the package may be moved
string(REGEX REPLACE "/$" "" up "${up}")
configure_file(${from}/spillway.pc.in spillway.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/spillway.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${from}/spillway.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${from}/spillway-study.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${from}/completion.bash RENAME spillway
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Of d3's modules, which the program has within it for its report pages.
install(FILES src/cli/report/web/LICENCE.d3 DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(PROGRAMS jobs/nightly.sh DESTINATION ${CMAKE_INSTALL_DOCDIR}/jobs)
install(DIRECTORY tests/install/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spillway)
set(CPACK_PACKAGE_CONTACT "The Spillway developers <spillway@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "parallel batch engine for large regional panels")
set(CPACK_PACKAGE_DESCRIPTION
  "Composite scores and their coupling, location quotients, inequality, spatial autocorrelation and
pair measures over all pairs of places, on one core or on MPI ranks, with the same bits.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # wants dpkg-dev
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, proj-data")
string(REGEX REPLACE "\\.so\\." "" gdal_package "${gdal_name}") # libgdal32, which dlopen hides from dpkg
string(REGEX REPLACE "\\.so\\." "" xlsxwriter_package "${xlsxwriter_name}")
string(REGEX REPLACE "\\.so\\." "" readstat_package "${readstat_name}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "${gdal_package}, ${readstat_package}, ${xlsxwriter_package}")
include(CPack)
