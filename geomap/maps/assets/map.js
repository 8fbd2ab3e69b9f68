/* The moving map of a geomap page. Reads #geomap-data, draws with Leaflet. Text from outside becomes text nodes only. */
(function () {
  "use strict";
  var root = document.documentElement;
  var data = JSON.parse(document.getElementById("geomap-data").textContent);
  var view = data.map, words = view.words, map, opened = null, quiet = false;
  var loading = null, groups = {}, byPlace = [], byId = {}, panes = {}, labels = [], extra = null;
  var $ = function (id) { return document.getElementById(id); };
  var still = document.querySelector(".gm-still");

  // ── small parts ──
  function el(tag, text, attrs) {
    var node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    for (var key in attrs || {}) node.setAttribute(key, attrs[key]);
    return node;
  }
  function isLink(url) { return typeof url === "string" && /^https?:\/\/[^\s]+$/i.test(url); }
  function link(text, url) {
    return el("a", text, { href: url, target: "_blank", rel: "noopener noreferrer" });
  }
  function say(text) { $("gm-status").textContent = text; }
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();
  }

  // ── cards ──
  function quote(parts) {
    var box = el("blockquote", null, { dir: "auto" });
    box.append(parts[0], el("mark", parts[1]), parts[2]);
    return box;
  }
  function rows(list) {
    var dl = el("dl");
    list.forEach(function (row) { dl.append(el("dt", row[0]), el("dd", row[1], { dir: "auto" })); });
    return dl;
  }
  function claimPart(claim) {
    var box = el("div", null, { "class": "gm-claim" });
    box.append(el("p", claim.verdict, { "class": "gm-verdict gm-" + claim.label }), quote(claim.quote), rows(claim.rows));
    var foot = el("p", claim.checked + ". ", { "class": "gm-foot" });
    if (isLink(claim.url)) foot.append(link(words.card_open, claim.url), " ");
    if ($("claim-" + claim.claim)) foot.append(el("a", words.card_row, { href: "#claim-" + claim.claim }));
    box.append(foot);
    return box;
  }
  function card(properties) {
    var info = properties.card, box = el("div", null, { "class": "gm-card" });
    box.append(el("h3", info.title, { dir: "auto" }));
    if (info.rows && info.rows.length) box.append(rows(info.rows));
    (info.claims || []).forEach(function (claim) { box.append(claimPart(claim)); });
    if (info.more) box.append(el("p", words.card_more.replace("{n}", info.more), { "class": "gm-foot" }));
    if (!(info.claims || []).length) (info.quotes || []).forEach(function (q) {
      box.append(quote(q));
      if (q[3]) box.append(el("p", q[3], { "class": "gm-foot", dir: "auto" }));
    });
    if (info.others) {
      box.append(el("p", words.card_others, { "class": "gm-others" }));
      var list = el("ul");
      info.others.forEach(function (other) { list.append(el("li", other[0], { dir: "auto" })); });
      box.append(list);
    }
    return box;
  }
  function hint(properties) {
    // a place, often a hull's corner: its name, and the words that it rests on
    var box = el("div", null, { dir: "auto" }), first = (properties.card.quotes || [])[0];
    box.append(el("b", properties.title));
    if (first) box.append(el("br"), first[0], el("mark", first[1]), first[2]);
    return box;
  }
  function describe(properties) {
    var first = (properties.card.claims || [])[0];
    return properties.title + (first ? ". " + first.verdict : "");
  }

  // ── shapes ──
  function pane(name, z) {
    map.createPane(name).style.zIndex = z;
    panes[name] = L.svg({ pane: name, padding: 0.5 });
    return name;
  }
  // thousands of shapes share four listeners: a shape gets its card and its tip when it is first pointed at or focused
  function mark() {
    var path = this.getElement(), feature = this.feature;
    path.setAttribute("role", "button");
    path.setAttribute("tabindex", "0");
    path.setAttribute("aria-label", describe(feature.properties));
    path.setAttribute("aria-haspopup", "dialog");
    path.dataset.id = feature.id;
  }
  function wake(event) {
    var path = event.target.closest("path[data-id]"), layer = path && byId[path.dataset.id];
    if (layer && !layer.getPopup()) dress(layer);
    return layer;
  }
  function watch(box) {
    ["pointerover", "focusin", "click"].forEach(function (name) { box.addEventListener(name, wake, true); });
    box.addEventListener("keydown", function (event) {
      var layer = event.key === "Enter" || event.key === " " ? wake(event) : null;
      if (!layer) return;
      event.preventDefault();
      event.stopPropagation();
      open(layer);
      focusCard(layer);
    }, true);
  }
  function dress(layer) {
    var feature = layer.feature;
    layer.bindPopup(function () { return card(feature.properties); }, { maxWidth: Math.min(320, map.getSize().x - 100), minWidth: 180, autoPanPaddingTopLeft: [50, 8], autoPanPaddingBottomRight: [10, 8] });
    layer.bindTooltip(function () { return hint(feature.properties); }, { sticky: true, className: "gm-tip" });
    layer.on("popupopen", function (event) { opened = layer; openCard(event.popup, feature); });
    layer.on("popupclose", function () { clearOthers(); });
  }
  function open(layer, at) {
    if (!layer.getPopup()) dress(layer);
    layer.openPopup(at);
  }
  function openCard(popup, feature) {
    var box = popup.getElement();
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", feature.properties.title);
    var close = box.querySelector(".leaflet-popup-close-button");
    if (close) { close.setAttribute("aria-label", words.card_close); close.removeAttribute("href"); close.setAttribute("tabindex", "0"); close.onkeydown = function (event) { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); shut(); } }; }
    var content = box.querySelector(".leaflet-popup-content");
    content.setAttribute("tabindex", "-1");
    showOthers(feature);
  }
  function focusCard(layer) {
    var box = layer.getPopup() && layer.getPopup().getElement();
    if (box) box.querySelector(".leaflet-popup-content").focus({ preventScroll: true });
  }
  function shut() {
    var layer = opened;
    if (!layer || !layer.isPopupOpen()) return false;
    layer.closePopup();
    opened = null;
    var path = layer.getElement && layer.getElement();
    if (path) path.focus({ preventScroll: true });
    return true;
  }
  function clearOthers() { if (extra) { extra.remove(); extra = null; } }
  function showOthers(feature) {
    clearOthers();
    var others = feature.properties.card.others;
    if (!others || feature.geometry.type !== "Point") return;
    var here = [feature.geometry.coordinates[1], feature.geometry.coordinates[0]];
    extra = L.layerGroup(others.map(function (other) {
      var there = [other[2], other[1]];
      return L.layerGroup([
        L.polyline([here, there], { pane: "lines", renderer: panes.lines, className: "gm-other-line", interactive: false }),
        L.circleMarker(there, { pane: "dots", renderer: panes.dots, radius: 5, className: "gm-ambiguous", interactive: false })
      ]);
    })).addTo(map);
  }
  function drawShapes() {
    var where = { change: "ground", hull: "ground", area: "outlines", line: "lines", place: "dots", ambiguous: "dots" };
    data.features.features.forEach(function (feature) {
      var p = feature.properties, to = where[p.layer];
      var options = { pane: to, renderer: panes[to], className: "gm-shape gm-" + p.layer, bubblingMouseEvents: false };
      options.pointToLayer = function (f, at) {
        return L.circleMarker(at, Object.assign({ radius: p.rank >= 1000 ? 6 : 4.5 }, options));
      };
      var layer = L.GeoJSON.geometryToLayer(feature, options);
      layer.feature = feature;
      byId[feature.id] = layer;
      (layer.eachLayer ? layer.getLayers() : [layer]).forEach(function (part) { part.feature = feature; part.on("add", mark); });
      groups[p.layer].addLayer(layer);
      if (p.place) byPlace.push({ feature: feature, layer: layer });
    });
  }

  // ── basemap and labels ──
  function drawBase() {
    view.base.forEach(function (part) {
      L.geoJSON(part.geometry, {
        pane: "base", interactive: false,
        style: function () { return { pane: "base", renderer: panes.base, className: "gm-base gm-base-" + part.kind, interactive: false }; }
      }).addTo(map);
    });
  }
  function anchor(feature, layer) {
    if (feature.geometry.type === "Point") return L.latLng(feature.geometry.coordinates[1], feature.geometry.coordinates[0]);
    return null;
  }
  function drawLabels() {
    var found = [];
    byPlace.forEach(function (item) {
      var at = anchor(item.feature, item.layer);
      if (at) found.push({ text: item.feature.properties.name, at: at, kind: item.feature.properties.rank >= 1000 ? "story gm-name-claim" : "story", rank: 1e6 + item.feature.properties.rank, gap: 8, layer: item.feature.properties.layer });
    });
    if (!view.tiled) view.labels.forEach(function (label, number) {
      found.push({ text: label[0], at: L.latLng(label[2], label[1]), kind: label[3], rank: -number - (label[3] === "town" ? 1000 : 0), gap: label[3] === "town" ? 5 : 0 });
    });
    found.sort(function (a, b) { return b.rank - a.rank; });
    labels = found;
    measureLabels();
    map.on("zoomend moveend viewreset resize", placeLabels);
    placeLabels();
  }
  // widths from a canvas, nodes only for names that find room: the browser never lays out thousands of them
  function measureLabels() {
    var looks = {}, pen = document.createElement("canvas").getContext("2d"), holder = map.getPane("names");
    labels.forEach(function (item) {
      var look = looks[item.kind];
      if (!look) {
        var probe = holder.appendChild(el("span", "Ág", { "class": "gm-name gm-name-" + item.kind })), css = getComputedStyle(probe);
        look = looks[item.kind] = { font: [css.fontStyle, css.fontWeight, css.fontSize, css.fontFamily].join(" "), space: parseFloat(css.letterSpacing) || 0, caps: css.textTransform === "uppercase", h: probe.offsetHeight };
        probe.remove();
      }
      pen.font = look.font;
      item.w = Math.ceil(pen.measureText(look.caps ? item.text.toUpperCase() : item.text).width + look.space * item.text.length);
      item.h = look.h;
    });
  }
  function labelNode(item) {
    var holder = map.getPane("names");
    if (item.kind === "town") { item.dot = el("span", null, { "class": "gm-town" }); holder.append(item.dot); }
    item.node = el("span", item.text, { "class": "gm-name gm-name-" + item.kind, dir: "auto" });
    holder.append(item.node);
  }
  function crowd() {
    // what is taken, by squares of 64 pixels
    var cells = {}, size = 64;
    function each(box, use) {
      for (var i = Math.floor(box[0] / size); i <= Math.floor(box[2] / size); i++)
        for (var j = Math.floor(box[1] / size); j <= Math.floor(box[3] / size); j++)
          if (use(i + "/" + j)) return true;
      return false;
    }
    return {
      take: function (box) { each(box, function (key) { (cells[key] = cells[key] || []).push(box); }); },
      free: function (box, own) {
        return !each(box, function (key) {
          return (cells[key] || []).some(function (o) { return o[4] !== own && !(box[2] < o[0] || box[0] > o[2] || box[3] < o[1] || box[1] > o[3]); });
        });
      }
    };
  }
  function placeLabels() {
    var taken = crowd(), nw = map.containerPointToLayerPoint([0, 0]), se = map.containerPointToLayerPoint(map.getSize());
    var near = labels.filter(function (item) {
      var p = item.p = map.latLngToLayerPoint(item.at), seen = p.x > nw.x - 200 && p.x < se.x + 200 && p.y > nw.y - 50 && p.y < se.y + 50;
      if (item.node) { item.node.hidden = true; if (item.dot) item.dot.hidden = true; }
      if (seen && item.gap && item.kind !== "town") taken.take([p.x - 5, p.y - 5, p.x + 5, p.y + 5, item]);
      return seen && !(item.layer && !map.hasLayer(groups[item.layer]));
    });
    near.forEach(function (item) {
      var p = item.p, g = item.gap, w = item.w, h = item.h;
      var tries = g ? [[g, -h / 2], [-g - w, -h / 2], [-w / 2, -g - h], [-w / 2, g], [g * 0.7, -g * 0.5 - h], [g * 0.7, g * 0.5], [-w - g * 0.7, -g * 0.5 - h], [-w - g * 0.7, g * 0.5]] : [[-w / 2, -h / 2]];
      // a spot within the picture; names of the story may be cut by its edge before they are left out
      var spot = (item.layer ? tries.concat(tries) : tries).find(function (t, number) {
        var box = [p.x + t[0] - 1, p.y + t[1], p.x + t[0] + w + 1, p.y + t[1] + h];
        if (number < tries.length && (box[0] < nw.x || box[2] > se.x || box[1] < nw.y || box[3] > se.y)) return false;
        return taken.free(box, item);
      });
      if (!spot) return;
      if (!item.node) labelNode(item);
      item.node.hidden = false;
      if (item.dot) { item.dot.hidden = false; L.DomUtil.setPosition(item.dot, p.round()); }
      var at = L.point(p.x + spot[0], p.y + spot[1]).round();
      L.DomUtil.setPosition(item.node, at);
      taken.take([at.x - 2, at.y, at.x + w + 2, at.y + h, item]);
      if (item.dot) taken.take([p.x - 4, p.y - 4, p.x + 4, p.y + 4, item]);
    });
  }

  // ── dates ──
  var time = { at: 0, series: null, after: null, before: null, swipe: 0, timer: null };
  // "geomap-timemap-1": three streams of varints; each day's rings are splices of the day before (see control/timemap)
  function unpack(payload) {
    var packed = Uint8Array.from(atob(payload.data), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer().then(function (all) { return daysOf(new Uint8Array(all), payload); });
  }
  function reader(bytes, at) {
    return function () {
      var value = 0, place = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * place; place *= 128; } while (byte & 128);
      return value;
    };
  }
  function signed(n) { return (n >>> 1) ^ -(n & 1); }
  function daysOf(bytes, payload) {
    var a = reader(bytes, 0), x = reader(bytes, payload.parts[0]), y = reader(bytes, payload.parts[0] + payload.parts[1]);
    var old = [], last = [0, 0];
    return payload.dates.map(function () {
      var many = a(), rings = [];
      if (!many) return old;
      while (rings.length < many - 1) {
        var head = a(), source = (head >> 1) - 1, base = source < 0 ? [] : old[source].points, points = [], at = 0;
        for (var left = a(); left > 0; left--) {
          var skip = a(), drop = a(), add = a();
          while (skip--) points.push(base[at++]);
          at += drop;
          while (add--) {
            var from = points.length ? points[points.length - 1] : last;
            last = [from[0] + signed(x()), from[1] + signed(y())];
            points.push(last);
          }
        }
        rings.push({ shell: head & 1, points: at ? points.concat(base.slice(at)) : source < 0 ? points : points.concat(base) });
      }
      return (old = rings);
    });
  }
  function stateOf(step, kind, options) {
    if (step.states) return step.states[kind] ? L.geoJSON(step.states[kind], { pane: options.pane, interactive: false, style: function () { return options; } }) : null;
    var rings = step.rings[kind] || [], polygons = [];
    rings.forEach(function (ring) {
      // across the antimeridian rings end at 180: those beyond it are drawn on
      var turn = view.seam && ring.points.some(function (p) { return p[0] < 0; }) ? 360 : 0;
      var line = ring.points.map(function (p) { return L.latLng(p[1] * step.unit, p[0] * step.unit + turn); });
      if (ring.shell) polygons.push([line]); else polygons[polygons.length - 1].push(line);
    });
    return polygons.length ? L.polygon(polygons, options) : null;
  }
  function loadTime() {
    return Promise.all(view.time.map(function (series) {
      if (!series.encoded) return null;
      return Promise.all(Object.keys(series.encoded).map(function (kind) {
        var payload = series.encoded[kind];
        return unpack(payload).then(function (days) {
          series.steps.forEach(function (step, i) {
            step.unit = Math.pow(10, -payload.decimals);
            step.rings = step.rings || {};
            step.rings[kind] = days[i];
          });
        });
      }));
    }));
  }
  function putStates(step, side) {
    ["contested", "held"].forEach(function (kind) {
      var group = groups[kind];
      if (time[side + kind]) { group.removeLayer(time[side + kind]); time[side + kind] = null; }
      var made = step && stateOf(step, kind, { pane: side, renderer: panes[side], className: "gm-state gm-" + kind, interactive: false });
      if (!made) return;
      time[side + kind] = made;
      group.addLayer(made);
    });
  }
  function show(at) {
    var steps = time.series.steps, step;
    time.at = Math.max(0, Math.min(steps.length - 1, at));
    step = steps[time.at];
    putStates(step, "after");
    $("time").value = time.at;
    $("time").setAttribute("aria-valuetext", step.label);
    $("date").textContent = step.label;
    $("gm-date-note").textContent = [step.gap, step.note].filter(Boolean).join("; ");
    $("prev").disabled = time.at === 0;
    $("next").disabled = time.at === steps.length - 1;
    var side = document.querySelector(".gm-side-after");
    side.textContent = step.label;
    save();
  }
  function swipe(share) {
    time.swipe = share;
    $("swipe").value = share;
    var on = share > 0, steps = time.series.steps, divider = time.divider;
    if (on && !time.beforeOn) { putStates(steps[0], "before"); time.beforeOn = true; }
    if (!on && time.beforeOn) { putStates(null, "before"); time.beforeOn = false; }
    var before = document.querySelector(".gm-side-before"), after = document.querySelector(".gm-side-after");
    before.textContent = steps[0].label;
    before.hidden = after.hidden = divider.hidden = !on;
    $("swipe").setAttribute("aria-valuetext", share + " %");
    clip();
    save();
  }
  function clip() {
    var size = map.getSize(), nw = map.containerPointToLayerPoint([0, 0]), se = map.containerPointToLayerPoint(size);
    var x = nw.x + size.x * time.swipe / 100;
    map.getPane("after").style.clip = "rect(" + [nw.y, se.x, se.y, x].map(function (v) { return Math.round(v) + "px"; }).join(" ") + ")";
    map.getPane("before").style.clip = "rect(" + [nw.y, x, se.y, nw.x].map(function (v) { return Math.round(v) + "px"; }).join(" ") + ")";
    time.divider.style.height = size.y + "px";
    L.DomUtil.setPosition(time.divider, L.point(x, nw.y).round());
  }
  function play(on) {
    clearInterval(time.timer);
    time.timer = null;
    var button = $("play"), slow = matchMedia("(prefers-reduced-motion: reduce)").matches;
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", on ? button.dataset.pause : button.dataset.play);
    if (!on) return;
    if (time.at === time.series.steps.length - 1) show(0);
    time.timer = setInterval(function () {
      if (time.at >= time.series.steps.length - 1) return play(false);
      show(time.at + 1);
    }, slow ? 2500 : 1000);
  }
  function ticks() {
    var box = document.querySelector(".gm-ticks"), n = time.series.steps.length - 1;
    box.textContent = "";
    time.series.steps.forEach(function (step, i) {
      var tick = el("i", null, { "class": step.gap ? "gm-gap" : step.note ? "gm-seam" : "" });
      tick.style.left = (n ? 100 * i / n : 0) + "%";
      box.append(tick);
    });
  }
  function useSeries(number, at) {
    play(false);
    time.series = view.time[number];
    time.number = number;
    $("time").max = time.series.steps.length - 1;
    ticks();
    if (time.beforeOn) { putStates(null, "before"); time.beforeOn = false; }
    show(at === undefined ? time.series.steps.length - 1 : at);
    swipe(time.swipe);
  }
  function startTime() {
    if (!view.time.length) return;
    if (!$("time")) { time.series = view.time[0]; putStates(time.series.steps[0], "after"); return; }
    useSeries(0);
    map.on("move zoom resize zoomend moveend", clip);
    $("time").addEventListener("input", function () { play(false); show(Number(this.value)); });
    $("prev").addEventListener("click", function () { play(false); show(time.at - 1); });
    $("next").addEventListener("click", function () { play(false); show(time.at + 1); });
    $("play").addEventListener("click", function () { play(time.timer === null); });
    $("swipe").addEventListener("input", function () { swipe(Number(this.value)); });
    if ($("series")) $("series").addEventListener("change", function () { useSeries(Number(this.value)); });
  }

  // ── layers, search, address ──
  function startLayers() {
    $("layers").addEventListener("change", function (event) {
      var id = event.target.value;
      if (event.target.checked) groups[id].addTo(map); else groups[id].remove();
      placeLabels();
      save();
    });
    $("legend").addEventListener("click", function (event) {
      var item = event.target.closest("li");
      if (item) $("layers").querySelector('input[value="' + item.dataset.layer + '"]').click();
    });
  }
  function startSearch() {
    var names = {};
    // a town before the region of its name, the one told most before the others
    byPlace.sort(function (a, b) {
      return (b.feature.geometry.type === "Point") - (a.feature.geometry.type === "Point") || b.feature.properties.rank - a.feature.properties.rank;
    });
    byPlace.forEach(function (item) { names[item.feature.properties.name] = item; });
    Object.keys(names).sort().forEach(function (name) { $("gm-names").append(el("option", null, { value: name })); });
    function seek(word, loose) {
      var key = plain(word);
      if (!key) return null;
      return byPlace.find(function (i) { return plain(i.feature.properties.name) === key; }) ||
        (loose && (byPlace.find(function (i) { return plain(i.feature.properties.name).indexOf(key) === 0; }) ||
          byPlace.find(function (i) { return i.feature.properties.card.rows.some(function (r) { return plain(r[1]).split(", ").indexOf(key) >= 0; }); })));
    }
    function go(item) {
      var id = item.feature.properties.layer, box = $("layers").querySelector('input[value="' + id + '"]');
      if (box && !box.checked) box.click();
      var at = anchor(item.feature, item.layer) || item.layer.getBounds().getCenter();
      map.setView(at, Math.max(map.getZoom(), Math.min(view.zoom_in, map.getZoom() + 1)), { animate: false });
      open(item.layer, at);
      say(item.feature.properties.name);
    }
    $("q").addEventListener("input", function (event) {
      if (event.inputType && event.inputType !== "insertReplacementText") return;
      var item = seek(this.value, false);
      if (item) go(item);
    });
    $("q").addEventListener("keydown", function (event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      var item = seek(this.value, true);
      if (item) go(item); else say(words.search_none);
    });
  }
  function save() {
    if (quiet || !map || !root.dataset.ready) return;
    var c = map.getCenter(), off = [];
    $("layers").querySelectorAll("input").forEach(function (box) { if (!box.checked) off.push(box.value); });
    var parts = ["map=" + [map.getZoom(), c.lat.toFixed(4), c.lng.toFixed(4)].join("/")];
    if ($("time")) parts.push("date=" + time.series.steps[time.at].as_of.replace(/[^0-9TZ:.+-]/g, ""));
    if (time.number) parts.push("series=" + time.number);
    if (time.swipe) parts.push("swipe=" + time.swipe);
    if (off.length) parts.push("off=" + off.join(","));
    try { history.replaceState(null, "", "#" + parts.join("&")); } catch (error) { /* a sandboxed frame has no address */ }
  }
  function restore() {
    if (location.hash.indexOf("#map=") !== 0) return;
    var wish = {};
    location.hash.slice(1).split("&").forEach(function (part) { var i = part.indexOf("="); wish[part.slice(0, i)] = decodeURIComponent(part.slice(i + 1)); });
    quiet = true;
    var at = wish.map.split("/").map(Number);
    if (at.length === 3 && at.every(isFinite)) map.setView([at[1], at[2]], at[0], { animate: false });
    if ($("time")) {
      if (wish.series && view.time[wish.series]) { $("series").value = wish.series; useSeries(Number(wish.series)); }
      var step = time.series.steps.findIndex(function (s) { return s.as_of.replace(/[^0-9TZ:.+-]/g, "") === wish.date; });
      if (step >= 0) show(step);
      if (wish.swipe) swipe(Math.max(0, Math.min(100, Number(wish.swipe) || 0)));
    }
    (wish.off || "").split(",").forEach(function (id) {
      var box = $("layers").querySelector('input[value="' + CSS.escape(id) + '"]');
      if (box && box.checked) box.click();
    });
    quiet = false;
  }

  // an address that names a claim opens on it: what was measured for it, and its places
  function goToClaim() {
    if (location.hash.indexOf("#claim-") !== 0) return;
    var id = location.hash.slice(7);
    try { id = decodeURIComponent(id); } catch (error) { return; }
    var own = data.features.features.filter(function (f) { return f.properties.layer !== "area" && f.properties.claims.indexOf(id) >= 0; });
    var box = L.geoJSON({ type: "FeatureCollection", features: own }).getBounds();
    if (!box.isValid()) return;
    quiet = true;
    map.fitBounds(box.pad(0.15), { animate: false, maxZoom: view.zoom_in });
    quiet = false;
  }

  // ── start ──
  function tall() {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    try { parent.postMessage({ type: "geomap:resize", height: height }, "*"); } catch (error) { /* no parent listens */ }
  }
  function start() {
    var b = view.bounds;
    $("map").querySelectorAll("noscript").forEach(function (n) { n.remove(); });
    if (still) still.remove();
    root.classList.add("gm-live");
    map = L.map("map", {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 120,
      maxBounds: [[view.reach[1], view.reach[0]], [view.reach[3], view.reach[2]]], maxBoundsViscosity: 0.8,
      maxZoom: 13, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false
    });
    $("map").setAttribute("role", "region");
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: view.imperial }).addTo(map);
    map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { animate: false });
    view.zoom_in = map.getZoom() + 2;
    map.setMinZoom(Math.max(1, Math.floor(map.getZoom() - 2.5)));
    [["base", 210], ["before", 310], ["after", 311], ["outlines", 320], ["ground", 410], ["lines", 420], ["dots", 450]].forEach(function (p) { pane(p[0], p[1]); });
    map.createPane("names").style.zIndex = 440;
    map.getPane("names").setAttribute("aria-hidden", "true");
    map.createPane("divider").style.zIndex = 430;
    time.divider = map.getPane("divider").appendChild(el("div", null, { "class": "gm-divider", hidden: "" }));
    view.layers.forEach(function (layer) { groups[layer.id] = L.layerGroup(); });
    watch($("map"));
    if (!view.tiled) drawBase();
    drawShapes();
    view.layers.forEach(function (layer) { groups[layer.id].addTo(map); });
    loading = loadTime().then(startTime);
    drawLabels();
    startLayers();
    startSearch();
    document.addEventListener("keydown", function (event) { if (event.key === "Escape" && shut()) event.preventDefault(); });
    return map;
  }
  function ready() {
    loading.then(finish, function (error) { finish(); throw error; });
  }
  function finish() {
    restore();
    goToClaim();
    addEventListener("hashchange", goToClaim);
    map.on("moveend zoomend", save);
    if (window.ResizeObserver) new ResizeObserver(function () { map.invalidateSize({ animate: false }); tall(); }).observe(document.body);
    window.addEventListener("load", tall);
    tall();
    root.dataset.ready = "1";
    performance.mark("geomap:ready");
  }
  window.geomap = { start: start, ready: ready, unpack: unpack };
})();
