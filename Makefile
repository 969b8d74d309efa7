# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile for everything; `make help` lists what it can do.

VERSION    := $(shell sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md 2>/dev/null | head -1)
BUILD      ?= build
WSDL_DIR   ?= wsdl
OFFICIAL   ?= ../shared/official
PREFIX     ?= /usr/local
DESTDIR    ?=
LISTEN     ?= 0.0.0.0:8080
CXX        ?= g++
CXXFLAGS   ?= -O2 -g
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
CPPFLAGS   += -Isrc -I. -DWITH_NOIDREF -DOCPP_SOAP_GATEWAY_VERSION='"$(VERSION)"'
STD        := -std=c++17
# Users' programs: overflows end the process instead of changing it, nothing is where an attacker expects it. Sanitizers
# do better and do not go with them (C9). What the compiler lacks for this machine is left out.
try         = $(shell $(CXX) $(1) -E -x c++ /dev/null > /dev/null 2>&1 && echo $(1))
HARDEN     := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong $(call try,-fstack-clash-protection) \
  $(call try,-fcf-protection) -fPIE -pie -Wl,-z,relro,-z,now
LIBS       := -lgsoap++ -lpugixml -lwebsockets -lev -lboost_program_options -lsqlite3 -lz -lssl -lcrypto -lcrypt -lcares -lcctz -lpthread
# Left out of undefined: what asan sees as well, or what costs half of the compile time (docs/decisions.md, 17).
SANITIZE   := -fsanitize=address,undefined -fno-sanitize=null,alignment,vptr,object-size -fno-omit-frame-pointer \
  -fno-sanitize-recover=undefined
PYTHON     := /usr/bin/python3
# libFuzzer wants clang; without it the targets of tests/fuzz replay files and mutations (docs/security.md).
FUZZ_CXX   ?= clang++
FUZZ_FLAGS := -O1 -g1 -w -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address
SUDO       := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

BUILD_PACKAGES := g++ make perl gsoap libgsoap-dev libwebsockets-dev libwebsockets-evlib-ev libev-dev libboost-dev \
  nlohmann-json3-dev libpugixml-dev libboost-program-options-dev libsqlite3-dev libssl-dev libcrypt-dev zlib1g-dev \
  libc-ares-dev libcctz-dev tzdata
CHECK_PACKAGES := libcppunit-dev libxml2-utils python3 python3-zeep python3-jsonschema openssl clang-format
LINT_PACKAGES  := clang-format clang-tidy
FUZZ_PACKAGES  := clang libclang-rt-14-dev

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

include gen/gen.mk

PRODUCT_SRC := $(wildcard src/*/*.cpp src/*/*/*.cpp)
BRIDGE_SRC  := $(filter-out bridge/main.cpp,$(wildcard bridge/*.cpp))
CONTRACT_SRC := $(filter-out tests/contract/verify_wsdl.cpp,$(wildcard tests/contract/*.cpp))
UNIT_SRC    := $(wildcard tests/unit/*/*.cpp) $(CONTRACT_SRC) $(wildcard tests/support/*.cpp)
TOOLS       := $(patsubst tests/tools/%.cpp,%,$(wildcard tests/tools/*.cpp))
CS_SRC      := $(wildcard tests/tools/common/*.cpp tests/tools/cs/*.cpp)
CP_SRC      := $(wildcard tests/tools/common/*.cpp tests/tools/cp/*.cpp)
# What unit tests try of the tools: everything but their main().
TOOL_SRC    := $(filter-out %/main.cpp,$(sort $(CS_SRC) $(CP_SRC)))
FUZZ_SRC    := $(wildcard tests/fuzz/*.cpp)
BENCHES     := $(patsubst tests/bench/%.cpp,%,$(wildcard tests/bench/*.cpp))
SOURCES     := $(wildcard src/*/*.h src/*/*/*.h src/*/*.cpp src/*/*/*.cpp bridge/*.h bridge/*.cpp tests/*/*.h tests/*/*.cpp tests/unit/*/*.cpp \
  tests/fuzz/*/*.cpp tests/tools/*/*.h tests/tools/*/*.cpp)

GEN_O := $(GEN_OBJ:%=$(BUILD)/obj/gen/%)

# The generated serializers are compiled once and linked into every flavour.
$(BUILD)/obj/gen/%.o: $(GEN_DIR)/%.cpp | $(GEN_STAMP)
	@mkdir -p $(@D)
	$(CXX) $(STD) $(CPPFLAGS) -I$(GEN_DIR) $(CXXFLAGS) $(filter -f%,$(HARDEN)) -w -MMD -MP -c $< -o $@

# libgsoap++ still refers to two symbols that WITH_NOIDREF takes away; this unit is compiled without it.
$(BUILD)/obj/gen/noidref.o: gen/noidref.cpp
	@mkdir -p $(@D)
	$(CXX) $(STD) $(CXXFLAGS) $(filter -f%,$(HARDEN)) -w -MMD -MP -c $< -o $@

# One object tree per flavour (release, asan, fuzz): $(call flavour,NAME,DIR,FLAGS,COMPILER)
define flavour
$(1)_PRODUCT := $$(PRODUCT_SRC:%.cpp=$(2)/obj/%.o)
$(1)_BRIDGE  := $$(BRIDGE_SRC:%.cpp=$(2)/obj/%.o)
$(1)_UNIT    := $$(UNIT_SRC:%.cpp=$(2)/obj/%.o)
$(1)_FUZZ    := $$(FUZZ_SRC:%.cpp=$(2)/obj/%.o)

$(2)/obj/%.o: %.cpp | $$(GEN_STAMP)
	@mkdir -p $$(@D)
	$(4) $$(STD) $$(CPPFLAGS) -I$$(GEN_DIR) $$(CXXFLAGS) $(3) $$(WARNINGS) -MMD -MP -c $$< -o $$@

$(2)/ocpp-soap-bridge: $(2)/obj/bridge/main.o $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(2)/ocpp-soap-cs: $$(CS_SRC:%.cpp=$(2)/obj/%.o) $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(2)/ocpp-soap-cp: $$(CP_SRC:%.cpp=$(2)/obj/%.o) $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(2)/tests/unit: $$($(1)_UNIT) $$(TOOL_SRC:%.cpp=$(2)/obj/%.o) $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	@mkdir -p $$(@D)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS) -lcppunit

$$(TOOLS:%=$(2)/tests/tools/%): $(2)/tests/tools/%: $(2)/obj/tests/tools/%.o $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	@mkdir -p $$(@D)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$$(BENCHES:%=$(2)/tests/bench/%): $(2)/tests/bench/%: $(2)/obj/tests/bench/%.o $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	@mkdir -p $$(@D)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(2)/tests/fuzz-replay: $(2)/obj/tests/fuzz/replay/main.o $$($(1)_FUZZ) $$($(1)_BRIDGE) $$($(1)_PRODUCT) $$(GEN_O)
	@mkdir -p $$(@D)
	$(4) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(1)_DEPENDS := $$(patsubst %.o,%.d,$$($(1)_PRODUCT) $$($(1)_BRIDGE) $$($(1)_UNIT) $$($(1)_FUZZ) \
  $(2)/obj/bridge/main.o $(2)/obj/tests/fuzz/replay/main.o $$(CS_SRC:%.cpp=$(2)/obj/%.o) $$(CP_SRC:%.cpp=$(2)/obj/%.o) \
  $$(TOOLS:%=$(2)/obj/tests/tools/%.o) $$(BENCHES:%=$(2)/obj/tests/bench/%.o))
-include $$($(1)_DEPENDS)
endef
$(eval $(call flavour,REL,$(BUILD),$$(HARDEN),$$(CXX)))
$(eval $(call flavour,ASAN,$(BUILD)/asan,-O0 -g1 $(SANITIZE),$$(CXX)))
$(eval $(call flavour,FUZZ,$(BUILD)/fuzz,$(FUZZ_FLAGS),$$(FUZZ_CXX)))

# For libFuzzer the generated code is instrumented too: what it compares guides the mutations.
$(BUILD)/fuzz/obj/gen/%.o: $(GEN_DIR)/%.cpp | $(GEN_STAMP)
	@mkdir -p $(@D)
	$(FUZZ_CXX) $(STD) $(CPPFLAGS) -I$(GEN_DIR) $(FUZZ_FLAGS) -c $< -o $@
$(BUILD)/fuzz/obj/gen/noidref.o: $(BUILD)/obj/gen/noidref.o
	@mkdir -p $(@D)
	cp $< $@

$(BUILD)/fuzz/ocpp-fuzz: $(FUZZ_FUZZ) $(FUZZ_BRIDGE) $(FUZZ_PRODUCT) $(GEN_OBJ:%=$(BUILD)/fuzz/obj/gen/%) \
  $(BUILD)/fuzz/obj/tests/fuzz/libfuzzer/main.o
	$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer $(LDFLAGS) $^ -o $@ $(LIBS)

$(BUILD)/tests/verify-wsdl: tests/contract/verify_wsdl.cpp
	@mkdir -p $(@D)
	$(CXX) $(STD) $(CXXFLAGS) $(HARDEN) $(WARNINGS) $< -o $@ -lpugixml

.SECONDARY:
.PHONY: all help deps deps-check deps-lint deps-fuzz demo check check-build check-run crash-test test-charger test-central lint format fuzz bench install \
  dist clean verify-wsdl

all: $(BUILD)/ocpp-soap-bridge $(BUILD)/ocpp-soap-cs $(BUILD)/ocpp-soap-cp  ## build the programs (the default)

help:  ## this list
	@echo "make [target] [WSDL_DIR=dir] [BUILD=dir] [PREFIX=dir] [DESTDIR=dir]"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

# Installs the packages of the list that are missing; touches nothing when all are there.
define install_packages
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing: $$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
endef

deps:  ## install what building needs (Debian 12)
	$(call install_packages,$(BUILD_PACKAGES))

deps-check: deps  ## install what the tests need as well
	$(call install_packages,$(CHECK_PACKAGES) $(if $(shell command -v npm),,nodejs npm))
	cd tests/system && [ node_modules/.stamp -nt package-lock.json ] || { npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.stamp; }

deps-lint:
	$(call install_packages,$(LINT_PACKAGES))

deps-fuzz: deps
	$(call install_packages,$(FUZZ_PACKAGES))

demo:  ## install, build, and show a whole charging session of a SOAP charger
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/tests/tools/demo_charger
	@sh tests/tools/demo.sh $(BUILD)

check:  ## install, build and run every test; ends with `N passed, N failed`
	@$(MAKE) --no-print-directory deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) check-build
	@$(MAKE) --no-print-directory check-run

# Everything that tests run is built with sanitizers; the release build is for users and measurements.
check-build: $(BUILD)/asan/tests/unit $(BUILD)/asan/tests/fuzz-replay $(BUILD)/asan/ocpp-soap-bridge $(BUILD)/asan/ocpp-soap-cs \
  $(BUILD)/asan/ocpp-soap-cp $(BUILD)/tests/verify-wsdl $(TOOLS:%=$(BUILD)/asan/tests/tools/%)

check-run:
	@BUILD=$(BUILD) OFFICIAL=$(OFFICIAL) WSDL_DIR=$(WSDL_DIR) PYTHON=$(PYTHON) sh tests/check.sh

crash-test: all $(BUILD)/tests/unit  ## 10,000 simulated sessions of everything that can go wrong; kill the bridge 50 times during 1,000 transactions, 20 times while its clock jumps; outage and full disk; kill the charge point 200 times
	@$(MAKE) --no-print-directory deps-check
	CHAOS_SESSIONS=10000 $(BUILD)/tests/unit "what chargers believe is what the back-ends have"
	$(PYTHON) tests/system/crash_test.py --bridge $(BUILD)/ocpp-soap-bridge --transactions 1000 --kills 50 --chargers 20 --think 0.3 --seconds 350
	$(PYTHON) tests/system/crash_test.py --bridge $(BUILD)/ocpp-soap-bridge --transactions 400 --kills 20 --chargers 20 --think 0.3 --seconds 350 --clock
	$(PYTHON) tests/system/hostile_test.py --bridge $(BUILD)/ocpp-soap-bridge --gate 50
	$(PYTHON) tests/system/outage_test.py --bridge $(BUILD)/ocpp-soap-bridge
	$(PYTHON) tests/system/disk_full_test.py --bridge $(BUILD)/ocpp-soap-bridge
	$(PYTHON) tests/system/cp_kill_test.py --cp $(BUILD)/ocpp-soap-cp --kills 200

fuzz:  ## libFuzzer on every target, each FUZZ_SECONDS (an hour), FUZZ_JOBS at a time: make fuzz [FUZZ_TARGETS="frame session"]
	@$(MAKE) --no-print-directory deps-fuzz
	@$(MAKE) --no-print-directory -j$$(nproc) $(BUILD)/fuzz/ocpp-fuzz
	@BUILD=$(BUILD) sh tests/fuzz/fuzz.sh $(FUZZ_TARGETS)

lint:  ## include rules, formatting and a few clang-tidy checks
	@$(MAKE) --no-print-directory deps-lint
	@$(MAKE) --no-print-directory $(GEN_STAMP)
	$(PYTHON) tests/layers.py
	clang-format --dry-run --Werror $(SOURCES)
	@$(MAKE) --no-print-directory -k -j$$(nproc) tidy

TIDY := $(addprefix tidy/,$(filter src/%.cpp bridge/%.cpp,$(SOURCES)))
.PHONY: tidy $(TIDY)
tidy: $(TIDY)
$(TIDY): tidy/%:
	@clang-tidy --quiet --warnings-as-errors='*' $* -- $(STD) $(CPPFLAGS) -isystem $(GEN_DIR) 2> /dev/null

format:  ## put every source file into the house style
	clang-format -i $(SOURCES)

bench:  ## measure: codec and bridge, against the bare parts and a Node bridge
	@$(MAKE) --no-print-directory deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BENCHES:%=$(BUILD)/tests/bench/%)
	@BUILD=$(BUILD) PYTHON=$(PYTHON) sh tests/bench/bench.sh

test-charger:  ## install, build and test a charger: make test-charger CHARGER=its-identity [LISTEN=addr:port]
	@[ -n "$(CHARGER)" ] || { echo "make test-charger CHARGER=<chargeBoxIdentity>" >&2; exit 2; }
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -j$$(nproc) $(BUILD)/ocpp-soap-cs
	$(BUILD)/ocpp-soap-cs conformance --charger "$(CHARGER)" --listen $(LISTEN)

test-central:  ## install, build and test a central system: make test-central CENTRAL=URL [CHARGER=CP1] [VERSION_OF_OCPP=1.6] [TAG=TAG1]
	@[ -n "$(CENTRAL)" ] || { echo "make test-central CENTRAL=<http address of the central system>" >&2; exit 2; }
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -j$$(nproc) $(BUILD)/ocpp-soap-cp
	$(BUILD)/ocpp-soap-cp conformance "$(CENTRAL)" --id "$(or $(CHARGER),CP1)" --version $(or $(VERSION_OF_OCPP),1.6) --tag "$(or $(TAG),TAG1)"

verify-wsdl: $(BUILD)/tests/verify-wsdl  ## compare wsdl/ with published files: make verify-wsdl OFFICIAL=dir
	$(BUILD)/tests/verify-wsdl wsdl $(OFFICIAL)

# Manual pages come from the tables of options.
$(BUILD)/man/%.1: $(BUILD)/%
	@mkdir -p $(@D)
	$< --help-man > $@

install: all $(BUILD)/man/ocpp-soap-cs.1 $(BUILD)/man/ocpp-soap-cp.1  ## copy the programs, their manual pages and the systemd unit to $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/ocpp-soap-bridge $(DESTDIR)$(PREFIX)/bin/ocpp-soap-bridge
	install -D -m 755 $(BUILD)/ocpp-soap-cs $(DESTDIR)$(PREFIX)/bin/ocpp-soap-cs
	install -D -m 755 $(BUILD)/ocpp-soap-cp $(DESTDIR)$(PREFIX)/bin/ocpp-soap-cp
	install -D -m 644 $(BUILD)/man/ocpp-soap-cs.1 $(DESTDIR)$(PREFIX)/share/man/man1/ocpp-soap-cs.1
	install -D -m 644 $(BUILD)/man/ocpp-soap-cp.1 $(DESTDIR)$(PREFIX)/share/man/man1/ocpp-soap-cp.1
	install -D -m 644 README.md $(DESTDIR)$(PREFIX)/share/doc/ocpp-soap-gateway/README.md
	install -D -m 644 CHANGELOG.md $(DESTDIR)$(PREFIX)/share/doc/ocpp-soap-gateway/CHANGELOG.md
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/ocpp-soap-gateway/LICENSE
	install -D -m 644 bridge/systemd/bridge.conf.example $(DESTDIR)$(PREFIX)/share/doc/ocpp-soap-gateway/bridge.conf.example
	install -D -m 644 docs/security.md $(DESTDIR)$(PREFIX)/share/doc/ocpp-soap-gateway/docs/security.md
	install -D -m 644 docs/operate.md $(DESTDIR)$(PREFIX)/share/doc/ocpp-soap-gateway/docs/operate.md
	install -D -m 644 bridge/systemd/ocpp-soap-bridge.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/ocpp-soap-bridge.conf
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's#/usr/local/#$(PREFIX)/#' bridge/systemd/ocpp-soap-bridge.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/ocpp-soap-bridge.service

dist:  ## a tar of what is committed, under build/
	@mkdir -p $(BUILD)
	git archive --prefix=ocpp-soap-gateway-$(VERSION)/ -o $(BUILD)/ocpp-soap-gateway-$(VERSION).tar.gz HEAD

clean:  ## remove the build tree
	rm -rf $(BUILD)
