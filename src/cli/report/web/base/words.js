// Words of the page's core in two languages. Each owner of views adds words of its own with S.addWords.
(function (S) {
  "use strict";
  S.addWords({
    en: {
      failed: "This picture could not be drawn. The browser's console says why.",
      language: "中文", "language.label": "Language: Chinese",
      dark: "Dark", light: "Light", "theme.label": "Dark or light colours",
      result: "Result", classes: "Classes", number: "Number", find: "Find", options: "Options",
      same: "Same classes in all {periods}", "same.short": "the same in all {periods}",
      "own.short": "of each {period} alone", period: "period", periods: "periods", year: "year", years: "years",
      "rule.quantile": "quantiles", "rule.equal": "equal steps", "rule.natural": "natural breaks",
      "rule.own": "its own", "rule.ratio": "ratios to 1", "rule.categories": "categories", "rule.whole": "each number",
      missing: "no value", others: "others", play: "Play", pause: "Pause", slider: "Period",
      "zoom.in": "Zoom in", "zoom.out": "Zoom out", "zoom.reset": "Whole map",
      "wheel": "Click the map, or hold Ctrl, to zoom with the wheel",
      "select.none": "Nothing selected. Click a {noun}, a bar, a point, or a row; Shift adds; Esc clears.",
      clear: "Clear", remove: "Remove {name}", "find.none": "nothing found", "find.more": "and {n} more",
      rank: "rank {r} of {n}", change: "{d} since {p}", code: "code",
      "map.keys": "Arrow keys walk to the next {noun}, Enter selects, Escape clears.",
      "map.label": "Map of {title}. {counts}.",
      "count.label": "{label}: {n}", selected: "{name} selected", deselected: "{name} no longer selected",
      coverage: "{n} of {all} {nouns} have a value", "coverage.in": "{n} of {all} {nouns} have a value in {p}",
      "formula.link": "Formula and source", "caption.classes": "Classes: {rule}, {fixed}.",
      "caption.classes1": "Classes: {rule}.",
      "caption.without": "{n} {nouns} without a boundary are drawn as points.",
      "caption.unplaced": "{n} {nouns} have no place and are not drawn.",
      "caption.foreign": "{n} boundaries belong to no {noun}.",
      "caption.points": "Every {noun} is a point: there are no boundaries.",
      "no.map": "There are no coordinates, so there is no map: the {nouns} stand in order of value.",
      "no.quantity": "No result has a value for each {noun}: there is nothing to map.",
      "all.missing": "No {noun} has a value here.", "strip.label": "{nouns} by value",
      "left.out": "Of this result {n} more are too large for the page: all of it is in the results file ({file}).",
      "only.periods": "The page holds {list} of this quantity; all of it is in the results file ({file}).",
      "below": "< {v}", "above": "≥ {v}", "between": "{a} – {b}",
    },
    zh: {
      failed: "此图未能绘制，原因见浏览器控制台。",
      language: "English", "language.label": "语言：英文",
      dark: "深色", light: "浅色", "theme.label": "深色或浅色",
      result: "结果", classes: "分级", number: "级数", find: "查找", options: "选项",
      same: "各{period}同一分级", "same.short": "各{period}相同",
      "own.short": "各{period}单独分级", period: "期", periods: "期", year: "年", years: "年",
      "rule.quantile": "分位数", "rule.equal": "等间距", "rule.natural": "自然断点",
      "rule.own": "自有分级", "rule.ratio": "相对于1的比", "rule.categories": "类别", "rule.whole": "各整数",
      missing: "缺失", others: "其他", play: "播放", pause: "暂停", slider: "时期",
      "zoom.in": "放大", "zoom.out": "缩小", "zoom.reset": "全图",
      "wheel": "点击地图或按住 Ctrl 后可用滚轮缩放",
      "select.none": "未选择。点击{noun}、柱、点或行选择；按 Shift 加选，按 Esc 清除。",
      clear: "清除", remove: "移除{name}", "find.none": "无结果", "find.more": "另有 {n} 个",
      rank: "第 {r} 位，共 {n}", change: "较{p} {d}", code: "代码",
      "map.keys": "方向键移至相邻{noun}，回车键选择，Esc 清除。",
      "map.label": "{title}地图。{counts}。",
      "count.label": "{label}：{n}", selected: "已选择{name}", deselected: "已取消{name}",
      coverage: "有值 {n} / {all}", "coverage.in": "{p}有值 {n} / {all}",
      "formula.link": "公式与来源", "caption.classes": "分级：{rule}，{fixed}。",
      "caption.classes1": "分级：{rule}。",
      "caption.without": "{n} 个{noun}无边界，以点表示。",
      "caption.unplaced": "{n} 个{noun}无位置，未绘出。",
      "caption.foreign": "{n} 条边界不属于任何{noun}。",
      "caption.points": "无边界数据，每个{noun}为一点。",
      "no.map": "无坐标，故无地图：{noun}按数值排列。",
      "no.quantity": "没有分{noun}的结果，无图可绘。",
      "all.missing": "此处各{noun}均无值。", "strip.label": "{noun}按数值排列",
      "left.out": "该结果另有 {n} 个量因过大未入本页，全部在结果文件（{file}）中。",
      "only.periods": "本页只有该量的 {list}，全部在结果文件（{file}）中。",
      "below": "< {v}", "above": "≥ {v}", "between": "{a} – {b}",
    },
  });
  // Periods that are all four digits are years, and are called so.
  S.years = () => S.manifest.periods.every((p) => /^\d{4}$/.test(p));
  // A period in a sentence: "2018", "2018年".
  S.periodWord = (label) => label + (S.language() === "zh" && S.years() ? "年" : "");
  S.periodName = (t) => S.periodWord(S.manifest.periods[t]);
  // A column of groups in a sentence: by the study's title, as a common word, else as it is called.
  S.groupWord = function (name) {
    const group = S.group(name), word = S.words[S.language()]["group." + name.toLowerCase()];
    return (group && S.pick(group.title)) || word || name;
  };
  S.periodWords = () => S.years()
    ? { period: S.t("year"), periods: S.t("years") } : { period: S.t("period"), periods: S.t("periods") };
})(window.S = window.S || {});
