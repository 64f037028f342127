"use strict";

// Goes from a school to its people and on to every verdict with its records, and filters the list
// of those behind. Whatever comes from the data is put in as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { words, standings, schools, provisions, strings } = data;
  const NOT_APPLICABLE = standings.length - 1;
  const MET = NOT_APPLICABLE - 1;
  const FEW = 3;
  const PAGE = 100;
  const report = document.getElementById("report");
  const detail = document.getElementById("detail");
  const heading = document.title;

  const bearers = data.bearers.map(([id, name, school, kind]) =>
    ({ id, name: name || id, school, kind, verdicts: [], worst: Array(standings.length).fill(0) }));
  for (const [bearer, provision, standing, sentence, counted, amounts, leftOut] of data.verdicts) {
    const owner = bearers[bearer];
    owner.verdicts.push({ owner, provision, standing, sentence, counted, amounts, leftOut });
    owner.worst[standing] += 1;
  }
  const KINDS = ["person", "group", "itself"];
  const byId = new Map(bearers.map((bearer) => [bearer.id, bearer]));
  const seats = new Map(schools.map(([id], index) => [id, index]));

  // ------------------------------------------------------------------------------ small parts

  const el = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const fill = (template, facts) =>
    template.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? facts[name] : whole));
  const hash = (kind, ...parts) => "#" + kind + "-" + parts.map(encodeURIComponent).join("/");
  const link = (bearer) => el("a", { href: hash(KINDS[bearer.kind], bearer.id) }, bearer.name);
  const badge = (standing, text) => {
    const [state, sign, word] = standings[standing];
    return el("span", { class: "badge " + state },
      el("span", { class: "sign", "aria-hidden": "true" }, sign), text || word);
  };
  const chips = (counts) => el("p", { class: "chips" }, ...standings.map(([, , word], standing) =>
    (counts[standing] && standing !== NOT_APPLICABLE
      ? badge(standing, word + " " + counts[standing]) : null)));
  const worst = (verdicts) => Math.min(...verdicts.map((verdict) => verdict.standing));
  const applies = (verdict) => verdict.standing !== NOT_APPLICABLE;
  const byWorst = (one, other) => {
    for (let standing = 0; standing < MET; standing += 1) {
      if (one.worst[standing] !== other.worst[standing]) {
        return other.worst[standing] - one.worst[standing];
      }
    }
    return 0;
  };
  const groupBy = (items, key) => {
    const groups = new Map();
    for (const item of items) {
      const at = key(item);
      if (!groups.has(at)) groups.set(at, []);
      groups.get(at).push(item);
    }
    return groups;
  };

  // ---------------------------------------------------------------------------------- evidence

  const unrolled = (runs) => {
    const indexes = [];
    for (let at = 0; at < runs.length; at += 2) {
      for (let step = 0; step < runs[at + 1]; step += 1) indexes.push(runs[at] + step);
    }
    return indexes;
  };
  const lengthOf = (runs) => runs.reduce((sum, value, at) => sum + (at % 2 ? value : 0), 0);

  const recordTable = (runs, caption, amounts, unit) => {
    const shown = amounts === undefined || amounts === -1 ? null : amounts;
    const heads = ["record", "record-day", "record-kind", "record-origin"];
    if (shown !== null) heads.splice(3, 0, "record-amount");
    const headings = heads.map((head) => (head === "record-amount" && unit
      ? fill(words["record-amount-in"], { unit }) : words[head]));
    const body = unrolled(runs).map((index, place) => {
      const [id, day, kind, origin, rest] = data.records[index];
      const cells = [id, strings[day], strings[kind], strings[origin] + rest];
      if (shown !== null) cells.splice(3, 0, strings[Array.isArray(shown) ? shown[place] : shown]);
      return el("tr", null, ...cells.map((cell) => el("td", null, cell)));
    });
    return el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "records" },
      caption ? el("caption", null, caption) : null,
      el("thead", null, el("tr", null, ...headings.map((head) => el("th", null, head)))),
      el("tbody", null, ...body)));
  };

  // Tables are made when they are opened: a school has thousands of records.
  const folded = (title, make) => {
    const details = el("details", null, el("summary", null, title));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(...make());
    });
    return details;
  };

  const sentenceOf = ({ owner, sentence }) =>
    (sentence < 0 ? strings[-1 - sentence] : owner.name + strings[sentence]);

  const verdictBlock = (verdict) => {
    const { standing, counted = [], amounts, leftOut = [] } = verdict;
    const outside = leftOut.reduce((sum, [, runs]) => sum + lengthOf(runs), 0);
    return el("div", { class: "verdict" },
      el("p", null, badge(standing), sentenceOf(verdict)),
      counted.length
        ? folded(fill(words.counted, { count: lengthOf(counted) }),
          () => [recordTable(counted, "", amounts, provisions[verdict.provision][5])]) : null,
      outside
        ? folded(fill(words["left-out"], { count: outside }),
          () => leftOut.map(([reason, runs]) => recordTable(runs, strings[reason]))) : null);
  };

  // The met are folded away where there are many, unless nothing else is to be shown.
  const verdictBlocks = (verdicts) => {
    const sorted = [...verdicts].sort((one, other) => one.standing - other.standing);
    const open = sorted.filter((verdict) => verdict.standing !== MET);
    const met = sorted.filter((verdict) => verdict.standing === MET);
    const shown = met.length > FEW ? open : sorted;
    const blocks = shown.map(verdictBlock);
    if (met.length > FEW) {
      blocks.push(folded(fill(words["more-met"], { count: met.length }), () => met.map(verdictBlock)));
    }
    return blocks;
  };

  const clausesOf = (clauses) => el("p", { class: "gist" }, ...clauses.flatMap(([number, gist]) =>
    [el("span", { class: "number-of" }, number), gist + " "]));

  const provisionBlock = (index, verdicts) => {
    const [, , title, clauses, force] = provisions[index];
    return el("section", { class: "provision " + standings[worst(verdicts)][0] },
      el("h3", null, title, " ", el("span", { class: "where" }, force)),
      clausesOf(clauses), ...verdictBlocks(verdicts));
  };

  // ------------------------------------------------------------------------------------- pages

  const crumbs = (...parts) => el("div", { class: "crumbs" },
    el("a", { href: "#overview" }, words.back), ...parts);

  const bearerPage = (bearer) => {
    const [id, name] = schools[bearer.school];
    const own = groupBy(bearer.verdicts.filter(applies), (verdict) => verdict.provision);
    const blocks = [...own].sort(([, one], [, other]) => worst(one) - worst(other));
    const rest = bearer.verdicts.filter((verdict) => !applies(verdict));
    return [bearer.name,
      crumbs(el("a", { href: hash("school", id) }, name), el("span", null, bearer.name)),
      el("h2", { tabindex: "-1" }, bearer.name, " ",
        el("span", { class: "where" }, bearer.name === bearer.id ? "" : bearer.id)),
      chips(bearer.worst),
      blocks.length ? null : el("p", null, words["no-verdicts"]),
      ...blocks.map(([index, verdicts]) => provisionBlock(index, verdicts)),
      rest.length
        ? folded(fill(words["not-applicable"], { count: rest.length }), () =>
          [el("ul", { class: "plain" }, ...rest.map((v) => el("li", null, sentenceOf(v))))]) : null];
  };

  const matrixCell = (verdicts) => {
    if (!verdicts) return el("td", null);
    const standing = worst(verdicts);
    const [state, sign, word] = standings[standing];
    const count = verdicts.filter((verdict) => verdict.standing === standing).length;
    const text = verdicts.length > 1 ? sign + " " + count + "/" + verdicts.length : sign;
    return el("td", { class: state, title: word, "aria-label": word + " " + text }, text);
  };

  const matrix = (school, word, kind, everybody) => {
    const members = everybody.filter((bearer) => bearer.kind === kind);
    const owns = new Map(members.map((bearer) =>
      [bearer, groupBy(bearer.verdicts.filter(applies), (verdict) => verdict.provision)]));
    const columns = provisions.map((_, index) => index)
      .filter((index) => members.some((bearer) => owns.get(bearer).has(index)));
    const head = el("tr", null, el("th", null, words.who), ...columns.map((index) => {
      const [plan, id, title] = provisions[index];
      return el("th", { scope: "col" }, el("a", { href: hash("school", school, plan, id) }, title));
    }));
    const rows = members.filter((bearer) => owns.get(bearer).size)
      .sort(byWorst)
      .map((bearer) => el("tr", null, el("th", { scope: "row" }, link(bearer)),
        ...columns.map((index) => matrixCell(owns.get(bearer).get(index)))));
    if (!rows.length) return [];
    return [el("h3", null, words[word]), el("div", { class: "scroll", tabindex: "0" },
      el("table", { class: "matrix" }, el("thead", null, head), el("tbody", null, ...rows)))];
  };

  const provisionList = (index, members) => {
    const [, , title, clauses] = provisions[index];
    const found = members
      .map((bearer) => [bearer, bearer.verdicts.filter((v) => v.provision === index && applies(v))])
      .filter(([, verdicts]) => verdicts.length)
      .sort(([, one], [, other]) => worst(one) - worst(other));
    return [el("h3", null, fill(words.only, { title })), clausesOf(clauses),
      ...found.map(([bearer, verdicts]) =>
        el("section", { class: "provision " + standings[worst(verdicts)][0] },
          el("h3", null, link(bearer)), ...verdictBlocks(verdicts)))];
  };

  const schoolPage = (seat, plan, provision) => {
    const [id, name] = schools[seat];
    const members = bearers.filter((bearer) => bearer.school === seat);
    const index = provisions.findIndex((item) => item[0] === plan && item[1] === provision);
    const counted = members.flatMap((bearer) => bearer.verdicts)
      .filter((verdict) => index < 0 || verdict.provision === index);
    const counts = standings.map((_, at) => counted.filter((v) => v.standing === at).length);
    const head = [el("h2", { tabindex: "-1" }, name), chips(counts)];
    if (index < 0) {
      return [name, crumbs(el("span", null, name)), ...head,
        el("p", { class: "quiet" }, words["people-why"]),
        ...matrix(id, "itself", 2, members),
        ...matrix(id, "groups", 1, members),
        ...matrix(id, "people", 0, members)];
    }
    return [name, crumbs(el("a", { href: hash("school", id) }, name),
      el("span", null, provisions[index][2])), ...head,
    el("p", null, el("a", { href: hash("school", id) }, words.everything)),
    ...provisionList(index, members)];
  };

  const wanted = () => {
    const found = /^#(school|person|group|itself)-(.*)$/.exec(location.hash);
    if (!found) return null;
    let parts = [];
    try {
      parts = found[2].split("/").map(decodeURIComponent);
    } catch {
      parts = [];
    }
    if (found[1] === "school") {
      return seats.has(parts[0]) ? schoolPage(seats.get(parts[0]), parts[1], parts[2]) : [];
    }
    return byId.has(parts[0]) ? bearerPage(byId.get(parts[0])) : [];
  };

  const show = (first) => {
    const page = wanted();
    const leaving = !detail.hidden;
    report.hidden = page !== null;
    detail.hidden = page === null;
    detail.replaceChildren();
    if (page === null) {
      document.title = heading;
      const target = location.hash && document.getElementById(location.hash.slice(1));
      if (leaving && target) target.scrollIntoView();
      return;
    }
    const [title, ...parts] = page.length
      ? page : [heading, crumbs(), el("p", null, words["not-found"])];
    document.title = title === heading ? heading : title + " - " + heading;
    detail.append(...parts.filter((part) => part !== null));
    window.scrollTo(0, first ? 0 : detail.offsetTop);
    const focus = detail.querySelector("h2");
    if (focus) focus.focus({ preventScroll: true });
  };

  // ------------------------------------------------------------------------- those behind

  for (const list of document.querySelectorAll(".list-of-behind")) {
    const rows = [...list.querySelectorAll("tbody tr")];
    const school = list.querySelector(".by-school");
    const state = list.querySelector(".by-state");
    const told = list.querySelector(".shown");
    const more = list.querySelector(".more");
    const drop = (select, key) => {
      for (const option of [...select.options]) {
        if (option.value && !rows.some((row) => row.dataset[key] === option.value)) option.remove();
      }
    };
    drop(school, "school");
    drop(state, "state");
    const filter = (limit) => {
      let count = 0;
      for (const row of rows) {
        const fits = (!school.value || row.dataset.school === school.value)
          && (!state.value || row.dataset.state === state.value);
        row.hidden = !fits || count >= limit;
        count += fits ? 1 : 0;
      }
      told.textContent = fill(told.dataset.template, { shown: Math.min(count, limit), count });
      more.hidden = count <= limit;
    };
    school.addEventListener("change", () => filter(PAGE));
    state.addEventListener("change", () => filter(PAGE));
    more.addEventListener("click", () => filter(Infinity));
    list.querySelector(".filters").hidden = false;
    filter(PAGE);
  }

  window.addEventListener("hashchange", () => show(false));
  show(true);
})();
