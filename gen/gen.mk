# SPDX-License-Identifier: GPL-2.0-or-later
# One gSOAP generation for all six service contracts: types and serializers only, reproducible, never committed.

GEN_DIR   := $(BUILD)/gen
GEN_STAMP := $(GEN_DIR)/stamp
GEN_OBJ   := soapC.o wsdl_texts.o noidref.o
GEN_WSDL  := $(shell sh wsdl/find.sh $(WSDL_DIR))
ifneq ($(.SHELLSTATUS),0)
$(error no complete set of service contracts in WSDL_DIR=$(WSDL_DIR))
endif

$(GEN_STAMP): $(GEN_WSDL) gen/typemap.dat gen/header.h.in gen/value_types.pl gen/embed_wsdl.pl gen/gen.mk
	@mkdir -p $(GEN_DIR)
	LC_ALL=C wsdl2h -c++17 -L -x -j -P -t gen/typemap.dat -o $(GEN_DIR)/raw.h $(GEN_WSDL) 2> $(GEN_DIR)/wsdl2h.log || { cat $(GEN_DIR)/wsdl2h.log; exit 1; }
	{ perl gen/value_types.pl < $(GEN_DIR)/raw.h && cat gen/header.h.in; } > $(GEN_DIR)/ocpp.h
	cd $(GEN_DIR) && LC_ALL=C soapcpp2 -2 -C -S -L -x -w -c++17 ocpp.h > soapcpp2.log 2>&1 || { cat soapcpp2.log; exit 1; }
	perl gen/embed_wsdl.pl $(GEN_WSDL) > $(GEN_DIR)/wsdl_texts.cpp
	sed -i -E 's/(ver [0-9.]+) [0-9]{4}-[0-9-]+ [0-9:]+ GMT/\1/' $(GEN_DIR)/*.cpp
	@rm -f $(GEN_DIR)/raw.h
	@touch $@

# What soapcpp2 and the embedding write; they change only with the stamp.
$(GEN_DIR)/soapC.cpp $(GEN_DIR)/wsdl_texts.cpp: $(GEN_STAMP) ;
