/* Maps: every <div class="dr-map" data-…> becomes a Leaflet map drawn on a canvas.
   Nothing is asked of any other server unless data-tiles names one.
   data-url gives GeoJSON, data-more that of further layers; a feature's properties may hold: id,
   level (red, orange, yellow, blue), name, lines (texts), url, links ([{label, url}]), count (a
   cluster), sign (unit, drill, resource, route), layer. The collection may hold a notice, which is
   shown on the map. With data-layers the switches named "layer" say what is shown; the part of the
   map that is seen stands in the address as #map=zoom/latitude/longitude. */
(function () {
  "use strict";

  var COLOURS = { red: "#c4271e", orange: "#ef8a1d", yellow: "#f4cd32", blue: "#2a70c6", none: "#5c6879" };
  var START = { center: [35, 105], zoom: 4 };

  /* Signs on the canvas: shape and colour say the same, so that neither is needed alone. */
  L.Canvas.include({
    _drawSign: function (layer) {
      if (!this._drawing || layer._empty()) return;
      var p = layer._point, r = layer._radius, ctx = this._ctx;
      ctx.beginPath();
      if (layer.options.sign === "red") {
        ctx.moveTo(p.x, p.y - r * 1.3);
        ctx.lineTo(p.x + r * 1.3, p.y);
        ctx.lineTo(p.x, p.y + r * 1.3);
        ctx.lineTo(p.x - r * 1.3, p.y);
        ctx.closePath();
      } else if (layer.options.sign === "orange") {
        ctx.moveTo(p.x, p.y - r * 1.15);
        ctx.lineTo(p.x + r * 1.15, p.y + r * 0.85);
        ctx.lineTo(p.x - r * 1.15, p.y + r * 0.85);
        ctx.closePath();
      } else if (layer.options.sign === "blue" || layer.options.sign === "unit") {
        ctx.rect(p.x - r * 0.75, p.y - r * 0.75, r * 1.5, r * 1.5);
      } else {
        ctx.arc(p.x, p.y, r * 0.9, 0, Math.PI * 2, false);
      }
      this._fillStroke(ctx, layer);
      if (layer.options.text) {
        ctx.fillStyle = layer.options.textColour;
        ctx.font = "600 14px " + getComputedStyle(document.body).fontFamily;
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        ctx.fillText(layer.options.text, p.x, p.y);
      }
    }
  });

  var Sign = L.CircleMarker.extend({
    _updatePath: function () { this._renderer._drawSign(this); }
  });

  function signOf(properties, latlng) {
    var level = COLOURS[properties.level] ? properties.level : "none";
    if (properties.count) {
      return new Sign(latlng, {
        radius: Math.min(14 + Math.log(properties.count) * 3, 30), sign: "cluster", weight: 3, color: COLOURS[level],
        fillColor: "#1b4a86", fillOpacity: 0.92, text: String(properties.count), textColour: "#fff"
      });
    }
    if (properties.sign === "unit") {
      return new Sign(latlng, { radius: 5, sign: "unit", weight: 1.2, color: "#435064", fillColor: "#fff", fillOpacity: 1 });
    }
    if (properties.sign === "resource") {
      return new Sign(latlng, { radius: 6, sign: "resource", weight: 1.2, color: "#fff", fillColor: "#1b4a86", fillOpacity: 1 });
    }
    if (properties.sign === "drill") {
      return new Sign(latlng, { radius: 11, sign: "drill", weight: 2.4, color: "#1b4a86", fillColor: "#fff", fillOpacity: 0 });
    }
    return new Sign(latlng, {
      radius: 7, sign: level, weight: 1.2, color: level === "yellow" ? "#6a5200" : "#fff",
      fillColor: COLOURS[level], fillOpacity: 1
    });
  }

  function line(text) {
    var p = document.createElement("p");
    p.textContent = text;
    return p;
  }

  function link(label, url) {
    var a = document.createElement("a");
    a.textContent = label;
    a.href = url;
    return a;
  }

  /* Only paths of this site become links, whatever the data say. */
  function isOwn(url) {
    return typeof url === "string" && /^\/(?![/\\])/.test(url);
  }

  function popupOf(properties, openWord) {
    var box = document.createElement("div");
    var name = document.createElement("b");
    name.textContent = properties.name || "";
    box.appendChild(name);
    (properties.lines || []).forEach(function (text) { box.appendChild(line(text)); });
    var row = document.createElement("div");
    row.className = "go";
    if (isOwn(properties.url)) row.appendChild(link(openWord, properties.url));
    (properties.links || []).forEach(function (found) {
      if (isOwn(found.url)) row.appendChild(link(found.label, found.url));
    });
    if (row.childNodes.length) box.appendChild(row);
    return box;
  }

  function start(box) {
    var data = box.dataset;
    var signs = L.canvas({ padding: 0.3, tolerance: 6 });
    var tiles = data.tiles ? JSON.parse(data.tiles) : null;
    var map = L.map(box, {
      crs: tiles && tiles.datum === "gcj02" && window.drShift ? window.drShift.crs : L.CRS.EPSG3857,
      renderer: signs, zoomControl: false, attributionControl: Boolean(tiles && tiles.credit),
      zoomSnap: 0.25, minZoom: 3, maxZoom: 18, maxBoundsViscosity: 0.8
    });
    var points = L.geoJSON(null, {
      style: areaStyle,
      pointToLayer: function (feature, latlng) { return signOf(feature.properties || {}, latlng); },
      onEachFeature: function (feature, layer) { wire(feature.properties || {}, layer); }
    }).addTo(map);
    var others = L.geoJSON(null, points.options).addTo(map);
    var byId = {};
    var areas = null;
    var ring = null;
    var chosen = null;
    var hasView = false;
    var asked = 0;
    var wait = document.createElement("div");

    wait.className = "wait";
    wait.setAttribute("role", "status");
    wait.hidden = true;
    box.appendChild(wait);
    L.control.zoom({ zoomInTitle: data.tIn, zoomOutTitle: data.tOut, zoomInText: "＋", zoomOutText: "－" }).addTo(map);
    map.setView(START.center, START.zoom);
    if (map.attributionControl) map.attributionControl.setPrefix("");
    if (tiles) {
      tiles.urls.forEach(function (url) {
        L.tileLayer(url, {
          attribution: tiles.credit, subdomains: tiles.subdomains || "a", maxZoom: 18, referrerPolicy: "origin"
        }).addTo(map);
      });
    }
    box.querySelectorAll(".key").forEach(function (key) {
      key.hidden = false;
      L.DomEvent.disableClickPropagation(key);
    });

    function areaStyle(feature) {
      var p = feature.properties || {};
      if (feature.geometry && feature.geometry.type === "Point") return {};
      if (p.sign === "route") return { color: "#1e7a45", weight: 3, dashArray: "8 4", fill: false };
      return {
        color: COLOURS[p.level] || "#1b4a86", weight: 1.5,
        fillColor: COLOURS[p.level] || "#1b4a86", fillOpacity: 0.14
      };
    }

    function wire(properties, layer) {
      if (properties.id) byId[properties.id] = layer;
      if (properties.count) {
        layer.on("click", function () { comeCloser(layer, properties); });
      } else if (properties.name && !data.pick && !data.line) {
        layer.bindPopup(function () { return popupOf(properties, data.tOpen); }, { maxWidth: 300 });
      }
    }

    /* A number opens up as one comes closer; what lies at one place is listed. */
    function comeCloser(layer, properties) {
      var at = layer.getLatLng();
      if (map.getZoom() < 18) {
        map.setView(at, Math.min(map.getZoom() + 2, 18));
        return;
      }
      var url = new URL(data.url, location.href);
      url.searchParams.set("bbox", [at.lng, at.lat, at.lng, at.lat].map(function (v) { return v.toFixed(6); }).join(","));
      url.searchParams.set("zoom", "18");
      fetchJson(url).then(function (found) {
        var list = document.createElement("div");
        list.className = "many";
        list.appendChild(line((data.tHere || "#").replace("#", String(properties.count))));
        found.features.slice(0, 50).forEach(function (feature) {
          var p = document.createElement("p");
          if (isOwn(feature.properties.url)) p.appendChild(link(feature.properties.name, feature.properties.url));
          list.appendChild(p);
        });
        L.popup({ maxWidth: 300, maxHeight: 260 }).setLatLng(at).setContent(list).openOn(map);
      }).catch(function () { say(data.tFailed); });
    }

    /* Which layers are switched on; null where the page has no switches. */
    function switches() {
      if (!data.layers) return null;
      return Array.prototype.map.call(document.querySelectorAll("input[name=layer]:checked"), function (box) { return box.value; });
    }

    /* From sign to sign by the keyboard, the nearest to the middle first. */
    function walkSigns(step) {
      var middle = map.getSize().divideBy(2), found = [];
      [points, others].forEach(function (group) {
        group.eachLayer(function (layer) {
          if (layer.getLatLng && map.getBounds().contains(layer.getLatLng())) found.push(layer);
        });
      });
      if (!found.length) return;
      found.sort(function (a, b) {
        return a.getLatLng().lat === b.getLatLng().lat ? a.getLatLng().lng - b.getLatLng().lng : b.getLatLng().lat - a.getLatLng().lat;
      });
      var at = found.indexOf(chosen);
      if (at < 0) {
        var far = found.map(function (layer) { return map.latLngToContainerPoint(layer.getLatLng()).distanceTo(middle); });
        at = far.indexOf(Math.min.apply(null, far));
      } else {
        at = (at + step + found.length) % found.length;
      }
      chosen = found[at];
      ringAt(chosen.getLatLng());
      var said = chosen.feature.properties;
      say(said.name ? [said.name].concat(said.lines || []).join("　") : (data.tHere || "#").replace("#", String(said.count)));
    }

    function openChosen() {
      if (!chosen || !chosen._map) return;
      if (!chosen.getPopup || !chosen.getPopup()) {
        chosen.fire("click");
        return;
      }
      chosen.openPopup();
      var first = chosen.getPopup().getElement().querySelector("a:not(.leaflet-popup-close-button)");
      if (first) first.focus();
    }

    function ringAt(at) {
      if (ring) ring.remove();
      ring = L.circleMarker(at, { radius: 14, color: "#0e2544", weight: 2.4, fill: false, interactive: false }).addTo(map);
    }

    function say(text) {
      wait.textContent = text;
      wait.hidden = !text;
    }

    function fetchJson(url) {
      return fetch(url, { credentials: "same-origin", headers: { Accept: "application/geo+json, application/json" } })
        .then(function (answer) {
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.json();
        });
    }

    function showRing(id) {
      var layer = byId[id];
      if (ring) ring.remove();
      ring = null;
      if (layer) ringAt(layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter());
    }

    function fit(bounds) {
      if (!hasView && bounds.isValid()) {
        map.fitBounds(bounds, { padding: [18, 18], maxZoom: 15 });
        hasView = true;
      }
    }

    function urlOfNow(address) {
      var url = new URL(address, location.href);
      var form = data.filter && document.querySelector(data.filter);
      if (form) {
        new FormData(form).forEach(function (value, name) {
          if (value && name !== "sort" && name !== "after") url.searchParams.set(name, value);
        });
      }
      if (data.bbox && hasView) {
        var b = map.getBounds();
        url.searchParams.set("bbox", [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map(function (v) {
          return v.toFixed(5);
        }).join(","));
        url.searchParams.set("zoom", String(Math.round(map.getZoom())));
      }
      return url;
    }

    /* Whatever of the further layers is switched on. */
    function loadOthers(on) {
      if (!data.more) return Promise.resolve({ features: [] });
      var url = urlOfNow(data.more);
      var wanted = on || url.searchParams.getAll("layer");
      wanted = wanted.filter(function (code) { return code !== "sites" && code !== "boundaries"; });
      if (on || wanted.length) {
        if (!wanted.length) return Promise.resolve({ features: [] });
        url.searchParams.delete("layer");
        wanted.forEach(function (code) { url.searchParams.append("layer", code); });
      }
      return fetchJson(url);
    }

    function load() {
      var mine = ++asked;
      var on = switches();
      if (!data.url && !data.more) return Promise.resolve();
      var late = setTimeout(function () { if (mine === asked) say(data.tWait); }, 400);
      var withSites = data.url && (!on || on.indexOf("sites") >= 0);
      if (areas && on) {
        if (on.indexOf("boundaries") >= 0) areas.addTo(map).bringToBack();
        else areas.remove();
      }
      return Promise.all([withSites ? fetchJson(urlOfNow(data.url)) : { features: [] }, loadOthers(on)]).then(function (both) {
        if (mine !== asked) return;
        byId = {};
        chosen = null;
        others.clearLayers();
        points.clearLayers();
        others.addData(both[1]);
        points.addData(both[0]);
        fit(points.getBounds());
        say([both[0].notice, both[1].notice].filter(Boolean).join(" "));
        if (data.select) showRing(data.select);
      }).catch(function () {
        if (mine === asked) say(data.tFailed);
      }).then(function () { clearTimeout(late); });
    }

    /* The line or area that the page is about, below the signs. */
    function loadOutline() {
      if (!data.outline) return Promise.resolve();
      return fetchJson(data.outline).then(function (found) {
        L.geoJSON(found, { interactive: false, style: areaStyle }).addTo(map);
      }).catch(function () { say(data.tFailed); });
    }

    function loadBoundaries() {
      if (!data.boundaries) return Promise.resolve();
      return fetchJson(data.boundaries).then(function (found) {
        areas = L.geoJSON(found, {
          interactive: false,
          style: function (feature) {
            var outer = feature.properties && feature.properties.outer;
            return { color: outer ? "#1b4a86" : "#a9b6c6", weight: outer ? 1.8 : 1, fillColor: "#fff", fillOpacity: outer || tiles ? 0 : 1 };
          },
          onEachFeature: function (feature, layer) {
            var name = feature.properties && feature.properties.name;
            if (!name || feature.properties.outer || found.features.length > 40) return;
            var text = document.createElement("span");
            text.textContent = name;
            layer.bindTooltip(text, { permanent: true, direction: "center", className: "dr-map-label", interactive: false });
          }
        }).addTo(map);
        fit(areas.getBounds());
      }).catch(function () { say(data.tFailed); });
    }

    /* What a form says is drawn: a way alone, or the choice between point, line and area. */
    function shapeKind() {
      var choice = data.pick && data.line && document.querySelector("input[name=shape_kind]:checked");
      return choice ? choice.value : data.line && !data.pick ? "line" : "point";
    }

    function pick() {
      var ids = data.pick.split(" ");
      var lon = document.getElementById(ids[0]);
      var lat = document.getElementById(ids[1]);
      var mark = null;
      if (!lon || !lat) return;
      function show(move) {
        if (shapeKind() !== "point") return;
        var at = [parseFloat(lat.value), parseFloat(lon.value)];
        if (!isFinite(at[0]) || !isFinite(at[1]) || Math.abs(at[0]) > 85 || Math.abs(at[1]) > 180) return;
        if (!mark) {
          mark = L.circleMarker(at, { radius: 8, color: "#0e2544", weight: 3, fillColor: "#f4cd32", fillOpacity: 1, interactive: false }).addTo(map);
        }
        mark.setLatLng(at);
        if (move) {
          map.setView(at, Math.max(map.getZoom(), 13));
          hasView = true;
        }
      }
      map.on("click", function (event) {
        if (shapeKind() !== "point") return;
        var at = event.latlng.wrap();
        lon.value = at.lng.toFixed(6);
        lat.value = at.lat.toFixed(6);
        [lon, lat].forEach(function (input) { input.dispatchEvent(new Event("input", { bubbles: true })); });
        show(false);
      });
      lon.addEventListener("change", function () { show(true); });
      lat.addEventListener("change", function () { show(true); });
      show(true);
    }

    /* A way is drawn by clicks; each is a line "longitude,latitude" of a textarea, which may be
       edited by hand as well. Numbers in another datum are left alone: they are not drawn here. */
    function drawLine() {
      var box = document.getElementById(data.line);
      var datum = document.getElementById("f-shift");
      var way = L.polyline([], { color: "#0e2544", weight: 4, interactive: false }).addTo(map);
      var area = L.polygon([], { color: "#0e2544", weight: 3, fillOpacity: 0.2, interactive: false }).addTo(map);
      var ends = L.layerGroup().addTo(map);
      if (!box) return;
      function isHere() { return !datum || datum.value === "wgs84"; }
      function positions() {
        return box.value.split(/[\n;；]/).map(function (text) {
          var found = text.match(/(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*[)）]?\s*$/);
          return found ? [parseFloat(found[2]), parseFloat(found[1])] : null;
        }).filter(function (at) { return at && Math.abs(at[0]) <= 85 && Math.abs(at[1]) <= 180; });
      }
      function show() {
        var kind = shapeKind();
        var found = isHere() && kind !== "point" ? positions() : [];
        way.setLatLngs(kind === "area" ? [] : found);
        area.setLatLngs(kind === "area" ? found : []);
        ends.clearLayers();
        found.forEach(function (at, place) {
          ends.addLayer(L.circleMarker(at, {
            radius: place ? 5 : 7, color: "#0e2544", weight: 2, fillOpacity: 1, interactive: false,
            fillColor: place === found.length - 1 && place ? "#1e8a4c" : "#f4cd32"
          }));
        });
      }
      map.on("click", function (event) {
        if (shapeKind() === "point") return;
        var at = event.latlng.wrap();
        if (!isHere()) { say(data.tDatum); return; }
        say("");
        box.value = (box.value.trim() ? box.value.trim() + "\n" : "") + at.lng.toFixed(6) + "," + at.lat.toFixed(6);
        show();
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
      box.addEventListener("input", show);
      document.addEventListener("change", function (event) {
        if (event.target.name === "shape_kind") show();
      });
      if (datum) datum.addEventListener("change", show);
      document.querySelectorAll("[data-undo-line]").forEach(function (button) {
        button.hidden = false;
        button.addEventListener("click", function () {
          box.value = box.value.trim().split("\n").slice(0, -1).join("\n");
          show();
        });
      });
      show();
      [way, area].forEach(function (drawn) {
        if (!drawn.getBounds().isValid()) return;
        hasView = true;
        map.fitBounds(drawn.getBounds(), { padding: [30, 30], maxZoom: 17, animate: false });
      });
    }

    if (data.filter) {
      var again = function (event) {
        if (event.target.closest(data.filter)) {
          hasView = hasView && Boolean(data.bbox);
          load();
        }
      };
      document.addEventListener("change", again);
    }
    /* A row of the list that names a feature shows where it lies. */
    document.addEventListener("mouseover", function (event) {
      var row = event.target.closest && event.target.closest("[data-feature]");
      if (row) showRing(row.dataset.feature);
    });
    document.addEventListener("focusin", function (event) {
      var row = event.target.closest && event.target.closest("[data-feature]");
      if (row) showRing(row.dataset.feature);
    });

    if (data.layers) {
      /* The drawer opens without touching the address, which holds the view and the sketch. */
      document.addEventListener("click", function (event) {
        var open = event.target.closest(".mp-open a"), close = event.target.closest(".mp-close");
        if (!open && !close) return;
        event.preventDefault();
        document.getElementById("filters").classList.toggle("open", Boolean(open));
      });
      document.addEventListener("change", function (event) {
        if (event.target.name !== "layer") return;
        var url = new URL(location.href);
        url.searchParams.delete("layer");
        switches().forEach(function (code) { url.searchParams.append("layer", code); });
        history.replaceState(null, "", url);
        linkView();
        load();
      });
    }
    box.addEventListener("keydown", function (event) {
      if (event.target !== box || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "n" || event.key === "N") walkSigns(1);
      else if (event.key === "p" || event.key === "P") walkSigns(-1);
      else if (event.key === "Enter") openChosen();
    });
    if (data.tKeys) box.title = data.tKeys;

    /* The part that is seen stands in the address, and goes along to the print and the picture. */
    function linkView() {
      var b = map.getBounds();
      document.querySelectorAll("a[data-map-link]").forEach(function (a) {
        var url = new URL(a.href);
        url.search = location.search;
        url.searchParams.set("bbox", [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map(function (v) { return v.toFixed(5); }).join(","));
        url.hash = location.hash;
        a.href = url.href;
      });
    }

    function viewOf(hash) {
      var found = /(?:^#|&)map=(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)/.exec(hash);
      return found && Math.abs(Number(found[2])) <= 85 ? found.slice(1).map(Number) : null;
    }

    function keepView() {
      var at = map.getCenter();
      var text = "map=" + map.getZoom() + "/" + at.lat.toFixed(5) + "/" + at.lng.toFixed(5);
      var rest = location.hash.slice(1).split("&").filter(function (part) { return part && part.indexOf("map=") !== 0; });
      history.replaceState(null, "", location.pathname + location.search + "#" + [text].concat(rest).join("&"));
      linkView();
    }

    /* The box may change its size: print, large letters, a panel that opens. */
    if (window.ResizeObserver) new ResizeObserver(function () { map.invalidateSize(); }).observe(box);
    loadBoundaries().then(function () {
      var seen = data.tools ? viewOf(location.hash) : null;
      if (seen) {
        map.setView([seen[1], seen[2]], seen[0]);
        hasView = true;
      }
      if (data.tools && window.drMapTools) window.drMapTools(map, data, linkView);
      if (data.pick) pick();
      if (data.line) drawLine();
      return loadOutline();
    }).then(load).then(function () {
      if (data.bbox) map.on("moveend", load);
      if (data.layers) {
        keepView();
        map.on("moveend", keepView);
      }
      if (data.tools) L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
      if (data.select && byId[data.select] && byId[data.select].getLatLng) {
        map.panInside(byId[data.select].getLatLng(), { padding: [40, 40] });
      }
      box.dataset.ready = "1";
    });
  }

  document.querySelectorAll(".dr-map[data-url], .dr-map[data-more], .dr-map[data-pick], .dr-map[data-boundaries]").forEach(start);
})();
