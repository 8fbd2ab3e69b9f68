/* What stock folium parts call beside Leaflet: marker pictures, Icon, and the one use of jQuery in Popup. */
(function () {
  "use strict";
  var pictures = "PICTURES";
  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions(pictures);
  L.Icon.Default.prototype._getIconUrl = function (name) { return L.Icon.prototype._getIconUrl.call(this, name); };
  var signs = { "info-sign": "i", "info": "i", "star": "★", "home": "⌂", "flag": "⚑", "remove": "×", "ok": "✓", "plus": "+", "minus": "−", "question-sign": "?", "warning-sign": "!", "heart": "♥", "cloud": "☁", "play": "▶" };
  L.AwesomeMarkers = {
    icon: function (options) {
      var ns = "http://www.w3.org/2000/svg", box = document.createElementNS(ns, "svg");
      var pin = document.createElementNS(ns, "path"), sign = document.createElementNS(ns, "text");
      box.setAttribute("viewBox", "0 0 30 42"); box.setAttribute("width", "30"); box.setAttribute("height", "42");
      pin.setAttribute("d", "M15 1C7 1 1 7 1 15c0 9 14 26 14 26s14-17 14-26C29 7 23 1 15 1z");
      var colour = { darkred: "#8b1a1a", lightred: "#f28b82", darkgreen: "#1e6b2e", lightgreen: "#9bd67d", cadetblue: "#436978", darkpurple: "#5b396b", lightblue: "#8adaff", lightgray: "#a3a3a3" }[options.markerColor] || options.markerColor || "blue";
      pin.style.fill = colour; pin.style.stroke = "#0006";
      sign.textContent = signs[options.icon] || "•";
      sign.setAttribute("x", "15"); sign.setAttribute("y", "21"); sign.setAttribute("text-anchor", "middle");
      sign.style.cssText = "font:bold 15px sans-serif"; sign.style.fill = options.iconColor || "white";
      box.append(pin, sign);
      return L.divIcon({ html: box, className: "gm-pin", iconSize: [30, 42], iconAnchor: [15, 41], popupAnchor: [0, -36], tooltipAnchor: [14, -24] });
    }
  };
  window.$ = window.$ || function (html) {
    var box = document.createElement("template");
    box.innerHTML = String(html).trim();
    return Array.from(box.content.children);
  };
})();
