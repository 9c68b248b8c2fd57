"""Sign-off: routes as data, steps taken by named people, returned or passed on."""
