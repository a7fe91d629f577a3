# Each target is a word of tools/boot.py, which needs nothing but Python's standard library.
.PHONY: run test check bench screenshots audit setup captions lock help
.SILENT:

help:  ## list the targets
	python3 tools/boot.py help

run test check bench screenshots audit setup captions lock:
	python3 tools/boot.py $@
