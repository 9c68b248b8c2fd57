"""Sign-off of whatever is signed: routes as data, stages with clocks, opinions asked, experts."""
