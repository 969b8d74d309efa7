# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile for everything; `make help` lists what it can do.

BUILD      ?= build
WSDL_DIR   ?= wsdl
PREFIX     ?= /usr/local
CXX        ?= g++
CXXFLAGS   ?= -O2 -g
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
CPPFLAGS   += -Isrc -I. -DWITH_NOIDREF
STD        := -std=c++17
LIBS       := -lgsoap++ -lpugixml -lwebsockets -lev -lboost_program_options -lsqlite3 -lssl -lcrypto -lpthread
SANITIZE   := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

include gen/gen.mk

PRODUCT_SRC := $(wildcard src/*/*.cpp src/*/*/*.cpp)
BRIDGE_SRC  := $(filter-out bridge/main.cpp,$(wildcard bridge/*.cpp))
UNIT_SRC    := $(wildcard tests/unit/*/*_test.cpp tests/contract/*_test.cpp) $(wildcard tests/support/*.cpp)
TOOL_SRC    := $(wildcard tests/tools/*.cpp)
BENCH_SRC   := $(wildcard tests/bench/*.cpp)

# One object tree per flavour (release, asan): $(call flavour,NAME,DIR,FLAGS)
define flavour
$(1)_PRODUCT := $$(PRODUCT_SRC:%.cpp=$(2)/obj/%.o) $$(GEN_OBJ:%=$(2)/obj/gen/%)
$(1)_BRIDGE  := $$(BRIDGE_SRC:%.cpp=$(2)/obj/%.o)
$(1)_UNIT    := $$(UNIT_SRC:%.cpp=$(2)/obj/%.o)

$(2)/obj/%.o: %.cpp | $$(GEN_STAMP)
	@mkdir -p $$(@D)
	$$(CXX) $$(STD) $$(CPPFLAGS) -I$$(GEN_DIR) $$(CXXFLAGS) $(3) $$(WARNINGS) -MMD -MP -c $$< -o $$@

$(2)/obj/gen/%.o: $$(GEN_DIR)/%.cpp | $$(GEN_STAMP)
	@mkdir -p $$(@D)
	$$(CXX) $$(STD) $$(CPPFLAGS) -I$$(GEN_DIR) $$(CXXFLAGS) -w -MMD -MP -c $$< -o $$@

# libgsoap++ still refers to two symbols that WITH_NOIDREF takes away; this unit is compiled without it.
$(2)/obj/gen/noidref.o: gen/noidref.cpp
	@mkdir -p $$(@D)
	$$(CXX) $$(STD) $$(CXXFLAGS) -w -MMD -MP -c $$< -o $$@

$(2)/ocpp-soap-bridge: $(2)/obj/bridge/main.o $$($(1)_BRIDGE) $$($(1)_PRODUCT)
	$$(CXX) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(2)/tests/unit: $$($(1)_UNIT) $$($(1)_BRIDGE) $$($(1)_PRODUCT)
	@mkdir -p $$(@D)
	$$(CXX) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS) -lcppunit

$(2)/tests/tools/%: $(2)/obj/tests/tools/%.o $$($(1)_BRIDGE) $$($(1)_PRODUCT)
	@mkdir -p $$(@D)
	$$(CXX) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

$(2)/tests/bench/%: $(2)/obj/tests/bench/%.o $$($(1)_BRIDGE) $$($(1)_PRODUCT)
	@mkdir -p $$(@D)
	$$(CXX) $(3) $$(LDFLAGS) $$^ -o $$@ $$(LIBS)

-include $$(shell find $(2)/obj -name '*.d' 2>/dev/null)
endef
$(eval $(call flavour,REL,$(BUILD),))
$(eval $(call flavour,ASAN,$(BUILD)/asan,$(SANITIZE)))

.SECONDARY:
.PHONY: all check clean
all: $(BUILD)/ocpp-soap-bridge

clean:
	rm -rf $(BUILD)
