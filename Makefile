# make run    the main job: a real text through a stack, on both ends of a pair in memory
# make test   build everything, and run the tests
# make lint   the formatter's rules, as errors
# make docs   the documentation of the libraries, warnings as errors, into .build/documentation
# make man    the manual pages of the executables, into .build/man
# make bench  the workloads that the project's speed is measured by
# make sanitize  TLS connections that fail in every way, under the address sanitiser

STACK ?= gzip(level=6)
FILE ?= .build/sample.txt
sources := $(wildcard Sources Filters Samples Tests) Package.swift

.PHONY: run test lint docs man bench sanitize headers programs

run: headers $(FILE)
	swift build -c release --product sluice
	"$$(swift build -c release --show-bin-path)/sluice" loopback --stack '$(STACK)' '$(FILE)'

.build/sample.txt:
	@mkdir -p .build
	@./.ci/sample-text > $@.part && mv $@.part $@

test: headers programs
	swift build --build-tests
	swift test

lint:
	swift format lint --strict --recursive $(sources)

docs: headers
	./.ci/docs

man: headers
	swift package --allow-writing-to-package-directory generate-manual --configuration debug
	@mkdir -p .build/man && cp .build/plugins/GenerateManual/outputs/*/*.1 .build/man && ls .build/man

bench: headers
	swift build -c release --product bench
	@for load in 'pair-pingpong --count 2000000' 'filter-pingpong --depth 4 --count 500000' \
	  'pair-stream --total 8000000000 --size 16384' 'pair-idle --count 10000'; do \
	  "$$(swift build -c release --show-bin-path)/bench" $$load || exit 1; \
	done

sanitize: headers
	./.ci/sanitize

headers:
	@./.ci/headers

programs:
	@./.ci/programs
