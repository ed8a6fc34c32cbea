/**
 * The reading line through timeline and plots: follows the pointer, the arrow keys, and the times of findings. Plain
 * script for the browser, kept as text for the reasons given in page-script.ts.
 */
export const CHART_SCRIPT = String.raw`(function () {
  'use strict';
  var chart = document.getElementById('chart');
  var data = JSON.parse(document.getElementById('chart-data').textContent);
  var line = chart.querySelector('.reading-line');
  var badge = chart.querySelector('.reading-time');
  var axis = chart.querySelector('.time-axis');
  var plots = Array.from(chart.querySelectorAll('.plot')).map(function (figure, index) {
    var readings = Array.from(figure.querySelectorAll('.reading'));
    return { svg: figure.querySelector('svg'), readings: readings, scale: data.plots[index], dots: [] };
  });
  var at = null;

  var nearest = function (stretches, t) {
    var best = null;
    stretches.forEach(function (flat) {
      var low = 0;
      var high = flat.length / 2 - 1;
      while (low < high) {
        var middle = (low + high) >> 1;
        if (flat[middle * 2] < t) low = middle + 1; else high = middle;
      }
      [low - 1, low].forEach(function (i) {
        if (i < 0) return;
        var distance = Math.abs(flat[i * 2] - t);
        if (!best || distance < best.distance) best = { t: flat[i * 2], value: flat[i * 2 + 1], distance: distance };
      });
    });
    return best && best.distance <= data.spanMs / 60 ? best : null;
  };
  var lastBefore = function (stretches, t) {
    var flat = stretches[0] || [];
    var found = null;
    for (var i = 0; i < flat.length && flat[i] <= t; i += 2) found = { t: t, value: flat[i + 1] };
    return found;
  };
  var inGap = function (stretches, t) {
    return stretches.length > 1 && !stretches.some(function (flat) { return t >= flat[0] && t <= flat[flat.length - 2]; });
  };
  var digits = function (value) {
    if (value === 0) return '0';
    var rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
    return String(rounded).replace(/\B(?=(\d{3})+$)/g, ',');
  };
  var yOf = function (scale, value) {
    var share = scale.log
      ? (Math.log10(Math.max(value, scale.bottom)) - Math.log10(scale.bottom)) / (Math.log10(scale.top) - Math.log10(scale.bottom))
      : value / scale.top;
    return scale.low + share * (scale.high - scale.low);
  };
  var dot = function (plot, index) {
    if (!plot.dots[index]) {
      var circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
      circle.setAttribute('r', '4');
      circle.setAttribute('class', 'reading-dot c' + (index % 7));
      plot.dots[index] = plot.svg.appendChild(circle);
    }
    return plot.dots[index];
  };
  var readPlot = function (plot) {
    plot.readings.forEach(function (reading, index) {
      var stretches = plot.scale.lines[index];
      var found = plot.scale.held ? lastBefore(stretches, at) : inGap(stretches, at) ? null : nearest(stretches, at);
      reading.textContent = found ? digits(found.value / plot.scale.divisor) + ' ' + plot.scale.unit : 'no data';
      var mark = dot(plot, index);
      mark.style.display = found ? '' : 'none';
      if (!found) return;
      mark.setAttribute('cx', (found.t / data.spanMs) * 100 + '%');
      mark.setAttribute('cy', String(yOf(plot.scale, found.value)));
    });
  };
  var inForce = function (spans) {
    return spans.filter(function (span) { return at >= span[1] && at < span[2]; }).map(function (span) { return span[0]; });
  };
  var read = function (t) {
    at = Math.min(data.spanMs, Math.max(0, t));
    var box = axis.getBoundingClientRect();
    var share = at / data.spanMs;
    line.hidden = false;
    line.style.left = box.left - chart.getBoundingClientRect().left - chart.clientLeft + share * box.width + 'px';
    line.classList.toggle('near-left', share < 0.12);
    line.classList.toggle('near-right', share > 0.8);
    badge.textContent = [(at / 1000).toFixed(2) + ' s'].concat(inForce(data.phases), inForce(data.faults)).join('  ');
    chart.classList.add('reads');
    plots.forEach(readPlot);
  };
  var rest = function () {
    at = null;
    line.hidden = true;
    chart.classList.remove('reads');
    plots.forEach(function (plot) {
      plot.readings.forEach(function (reading) { reading.textContent = reading.dataset.rest; });
      plot.dots.forEach(function (mark) { mark.style.display = 'none'; });
    });
  };

  var follow = function (event) {
    var box = axis.getBoundingClientRect();
    read(((event.clientX - box.left) / box.width) * data.spanMs);
  };
  chart.addEventListener('pointermove', follow);
  chart.addEventListener('pointerdown', follow);
  chart.addEventListener('pointerleave', function (event) { if (event.pointerType === 'mouse') rest(); });
  chart.addEventListener('blur', rest);
  chart.addEventListener('keydown', function (event) {
    var step = data.spanMs / (event.shiftKey ? 20 : 200);
    if (event.key === 'ArrowRight') read(at === null ? 0 : at + step);
    else if (event.key === 'ArrowLeft') read(at === null ? data.spanMs : at - step);
    else if (event.key === 'Home') read(0);
    else if (event.key === 'End') read(data.spanMs);
    else if (event.key === 'Escape') rest();
    else return;
    event.preventDefault();
  });
  document.querySelectorAll('[data-at]').forEach(function (link) {
    link.addEventListener('click', function () { read(Number(link.dataset.at)); });
  });
})();`;
