"""How instants are written where no filter of ours says it, the admin's lists above all: always in 24 hours."""

DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
TIME_FORMAT = "H:i"
