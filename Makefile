# What a person types. Each line of work lives in scripts/, so that it can be read, and run without make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

SWIFT_BUILD := swift build --configuration release

.PHONY: help setup build run cluster demo test torture fuzz sanitize lint format bench bench-hotpath bench-sustained \
	setup-bench bench-peers bench-questions screenshot install clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install and fetch what is missing (system packages, embedded engine, charts)
	@scripts/setup

build: setup ## Build the release program, .build/release/footprint
	@$(SWIFT_BUILD) --product footprint

run: build ## Build and start the server with a demo app; PORT=8080 DATA=.demo
	@exec scripts/run

cluster: build ## Try a ClickHouse cluster on this machine: 2 x 2 servers, two collectors, nginx; PORT=8080
	@scripts/setup --tests
	@exec scripts/cluster $(if $(PORT),--port $(PORT))

demo: build ## Fill the server that `make run` started with believable visits; USERS=2000 DAYS=30
	@.build/release/footprint demo --data "$(or $(DATA),.demo)" $(if $(USERS),--users $(USERS)) $(if $(DAYS),--days $(DAYS))

test: ## Set up, build once, run every test
	@exec scripts/test

torture: ## The tests of survival, for longer: KILLS=50 SEEDS=10000
	@exec scripts/torture

fuzz: ## libFuzzer over the report parser and the journal, 60 s each; SECONDS_EACH=60
	@exec scripts/fuzz

sanitize: ## The test suite under Thread Sanitizer, then under Address Sanitizer; ONLY=thread or address
	@exec scripts/sanitize

lint: ## Check the source's format, as CI does
	@swift format lint --strict --recursive Sources Tests Benchmarks Package.swift

format: ## Bring the source into that format
	@swift format --in-place --recursive Sources Tests Benchmarks Package.swift

bench: build ## Measure this machine: reports/s, events/s, latency
	@mkdir -p .cache && exec .build/release/footprint bench --data .cache $(if $(SECONDS_EACH),--seconds $(SECONDS_EACH))

bench-hotpath: setup ## Parser, encoder, journal, tokens: time and allocations an event
	@$(SWIFT_BUILD) --product HotPath
	@mkdir -p .cache && exec .build/release/HotPath .cache/hotpath

bench-sustained: build setup-bench ## Ten minutes at half the peak: memory, p99 and lag, minute by minute
	@exec Benchmarks/sustained

setup-bench: setup ## Install what bench-peers compares with (nginx, Lua, wrk, Node)
	@scripts/setup-bench

bench-peers: build setup-bench ## Compare the intake with nginx, Node and Fluent Bit; SECONDS_EACH=10 ROUNDS=3
	@exec Benchmarks/compare

bench-questions: build ## Every question beside DuckDB and PostgreSQL on the same events; EVENTS=1000000 PEERS=duckdb
	@exec Benchmarks/questions/run $(if $(EVENTS),--events $(EVENTS)) $(if $(PEERS),--peers $(PEERS))

screenshot: build ## Take docs/images/console.png from a real run
	@scripts/setup --tests
	@exec scripts/screenshot

install: ## Install what `make build` built; PREFIX=/usr/local DESTDIR=
	@PREFIX="$(or $(PREFIX),/usr/local)" DESTDIR="$(DESTDIR)" scripts/install

clean: ## Remove what was built (not fetched files, not data)
	@rm -rf .build .build-fuzz .build-thread .build-address .artifacts
