"""Charts as geometry: plain numbers that the template draws as SVG. A plot is 1000 units wide and 1000 high, whatever
its size on the page; ticks stand at percents of it."""
