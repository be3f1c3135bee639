/* Words of the cards of measures and of what changed since an earlier file. Keys word_NAME are the
 * names that quantities and axes of many measures have. */
(function (S) {
  "use strict";

  /* Names that classes have of themselves; those that a study gives stay as they are. */
  const terms = {
    "extreme imbalance": "极度失调", "severe imbalance": "严重失调", "moderate imbalance": "中度失调", "mild imbalance": "轻度失调",
    "near imbalance": "濒临失调", "barely coordinated": "勉强协调", "primary coordination": "初级协调",
    "intermediate coordination": "中级协调", "good coordination": "良好协调", "quality coordination": "优质协调",
    "strong decoupling": "强脱钩", "weak decoupling": "弱脱钩", "expansive coupling": "扩张连结",
    "expansive negative decoupling": "扩张负脱钩", "strong negative decoupling": "强负脱钩", "weak negative decoupling": "弱负脱钩",
    "recessive coupling": "衰退连结", "recessive decoupling": "衰退脱钩", "not significant": "不显著", diverges: "发散",
    solved: "已解", infeasible: "无可行解", missing: "缺失", unsolved: "未解出",
  };
  const chinese = (text) => (Object.hasOwn(terms, text) ? terms[text] : text.replace(/^class (\d+)$/, "第$1类"));
  S.term = (text) => (S.language() === "zh" ? chinese(text) : text);
  for (const v of S.manifest.variables)
    if (v.classes) v.classes.names = v.classes.names.map((name) => (typeof name === "string" ? {en: name, zh: chinese(name)} : name));

  S.addWords({
    en: {
      q_undefined: "Undefined in {periods}: {why}", q_more: "More:", q_choose: "What is shown", q_no_value: "It has no value.", q_and_more: "and {n} more such lines",
      q_equal_shares: "Dashed: equal shares", q_one_scale: "One scale for all panels",
      q_first_of: "The first {n} of {all}; the CSV has all.", q_largest_of: "The largest {n} of {all}; the CSV has all.",
      q_heavy: "One {axis} dominates: {name} has {share} of the {what}.", q_whole: "whole", q_not: "not {words}",
      q_band: "Band: 95% by chance alone, expectation ± 1.96 sd; expectation {e}",
      q_n_from_to: "n {n} in {first}, {m} in {last}",
      q_interval: "Bars: 95% intervals, estimate ± 1.96 standard errors; filled: zero lies outside",
      q_limits: "Bars: from the lower to the upper limit; filled: zero lies outside",
      q_parts: "Parts of a whole", q_parts_of: "{name}, its parts",
      q_classes_of: "{n} of {all} {nouns} have a class", q_by_group: "By", q_select_class: "Select its units",
      q_rows_from: "Rows: from, columns: to",
      q_scatter: "{period}n {n}, slope {slope}; dashed: the means",
      word_weight: "weight", word_lower: "lowest", word_upper: "highest", word_std_error: "std. error", word_p_value: "p",
      word_n_used: "n", word_t: "t", word_z: "z", word_coefficient: "estimate", word_class: "class", word_from: "from",
      word_within: "within", word_between: "between", word_between_net: "between, net", word_transvariation: "overlap of groups",
      changes: "Map of changes since {file}", changes_map: "New less old, {period}", changes_map_only: "New less old",
      changes_unit: "Unit", changes_period: "Period", changes_old: "Old", changes_now: "New", changes_diff: "Change", changes_same: "unchanged",
      changes_caption: "{n} values of {title} changed. Violet: lower than before, orange: higher. A press on a name selects the unit and its period.",
    },
    zh: {
      q_undefined: "{periods} 无定义：{why}", q_more: "更多：", q_choose: "显示内容", q_no_value: "没有数值。", q_and_more: "另有 {n} 行",
      q_equal_shares: "虚线：等权", q_one_scale: "各小图同一刻度",
      q_first_of: "前 {n} 个，共 {all} 个；CSV 中为全部。", q_largest_of: "最大的 {n} 个，共 {all} 个；CSV 中为全部。",
      q_heavy: "单一{axis}主导：{name} 占{what}的 {share}。", q_whole: "总体", q_not: "不{words}",
      q_band: "灰带：随机情形下的95%范围，期望 ± 1.96 标准差；期望 {e}",
      q_n_from_to: "{first}年 n = {n}，{last}年 n = {m}",
      q_interval: "线段：95%置信区间，估计 ± 1.96 标准误；实心：区间不含零",
      q_limits: "线段：下限至上限；实心：区间不含零",
      q_parts: "整体的构成", q_parts_of: "{name}的构成",
      q_classes_of: "{all} 个{nouns}中 {n} 个有类别", q_by_group: "按", q_select_class: "选择该类单元",
      q_rows_from: "行：起，列：止",
      q_scatter: "{period}n = {n}，斜率 {slope}；虚线：均值",
      word_weight: "权重", word_lower: "最低", word_upper: "最高", word_std_error: "标准误", word_p_value: "p",
      word_n_used: "n", word_t: "t", word_z: "z", word_coefficient: "估计", word_class: "类别", word_from: "起",
      word_within: "组内", word_between: "组间", word_between_net: "组间净差", word_transvariation: "超变密度",
      word_significant: "显著", word_entropy: "熵", word_sign: "方向", word_indicator: "指标", word_term: "变量", word_system: "系统", word_industry: "行业",
      word_group: "组", word_grouping: "分组", word_coverage: "覆盖率", word_coverage_total: "总量覆盖率", word_alpha: "系数",
      word_obstacle: "障碍度", word_lagging: "滞后系统", word_epsilon: "厌恶参数", word_closed: "封闭类", word_closed_state: "封闭类",
      word_leaps_up: "上升", word_leaps_down: "下降", word_interaction: "交互", word_interaction_type: "交互类型", word_q: "q", word_f: "F",
      word_club: "俱乐部", word_size: "单元数", word_given: "条件", word_quantity: "量", word_point: "取值",
      word_gini: "基尼系数", word_theil_t: "泰尔指数T", word_theil_l: "泰尔指数L", word_hoover: "胡佛指数", word_cv: "变异系数",
      word_count: "次数", word_probability: "概率", word_first_passage: "首达时间", word_steady_state: "稳态分布", word_stay: "停留时间",
      word_prais: "离开概率", word_total: "总和", word_mean: "均值", word_max: "最大值", word_n_pairs: "配对数", word_factor: "因子",
      word_expected: "期望", word_polarisation: "极化指数", word_atkinson: "阿特金森指数", word_class_from: "下界",
      word_quadrant: "象限", word_distance: "距离",
      changes: "与 {file} 相比的变化图", changes_map: "新值减旧值，{period}", changes_map_only: "新值减旧值",
      changes_unit: "单元", changes_period: "时期", changes_old: "旧值", changes_now: "新值", changes_diff: "变化", changes_same: "无变化",
      changes_caption: "{title}有 {n} 个数值变化。紫：低于以前；橙：高于以前。点击名称选择单元及时期。",
    },
  });
})(window.S = window.S || {});
