# The doors of the house. The daily loop is ./dev; the build itself is CMake (CMakePresets.json).
.DEFAULT_GOAL := build
.PHONY: build ferretdb demo demo-down test bench clean help

build: ## build build/bin/tenantry
	@packaging/install --check
	@cmake --preset release > /dev/null
	@cmake --build build/release

# Not part of `build`: it takes minutes of CPU the first time, and only platforms with such a store need it.
ferretdb: ## build what runs the store engine `mongodb`: minutes once, then kept in ~/.cache
	@program=$$(third_party/ferretdb/build) && install -C -D "$$program" build/bin/ferretdb

demo: ## install what is missing, build, and show the example platform at work
	@packaging/install build "local target"
	@$(MAKE) --no-print-directory build ferretdb
	@examples/demo

demo-down: ## take away everything that `make demo` made on this machine
	@examples/demo down

test: ## install what is missing and run everything that CI runs
	@packaging/install
	@./dev all

bench: build ferretdb ## measure what is promised about speed; fails where a promise is missed
	@cmake --build build/release --target yaml_floor
	@bench/run
	@tests/support/cell bench/live
	@tests/support/cell bench/environments

clean: ## remove everything that was built
	rm -rf build

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 14
	@echo "./dev help    the daily loop of those who change Tenantry"
