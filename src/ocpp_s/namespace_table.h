// SPDX-License-Identifier: GPL-2.0-or-later
// The namespaces that gSOAP knows while it reads.
#pragma once

#include <soapH.h>

namespace ocpp_s {

// Reading recognises all of these; nothing is declared from it on writing (head.cpp declares). The third column is
// also accepted: SOAP 1.1, namespaces without slash (G-3), older WS-Addressing (WA-3); gSOAP keeps what it met in
// `out`.
constexpr int firstService = 4, addressingRowAt = 10;
// Not SOAP-ENC: libgsoap obeys SOAP-ENC:id and SOAP-ENC:ref of SOAP 1.2 in the mode SOAP_XML_TREE, too. What an id
// names would be read elsewhere and be missing here, and its table of ids is never cleared (begin_reading.h).
constexpr const char* noEncoding = "no-encoding";
inline const ::Namespace namespaceTable[] = {
    {"SOAP-ENV", "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/", nullptr},
    {noEncoding, "http://www.w3.org/2003/05/soap-encoding", "http://schemas.xmlsoap.org/soap/encoding/", nullptr},
    {"xsi", "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/*/XMLSchema-instance", nullptr},
    {"xsd", "http://www.w3.org/2001/XMLSchema", "http://www.w3.org/*/XMLSchema", nullptr},
    {"cs12", "urn://Ocpp/Cs/2010/08/", "urn://Ocpp/Cs/2010/08", nullptr},
    {"cp12", "urn://Ocpp/Cp/2010/08/", "urn://Ocpp/Cp/2010/08", nullptr},
    {"cs15", "urn://Ocpp/Cs/2012/06/", "urn://Ocpp/Cs/2012/06", nullptr},
    {"cp15", "urn://Ocpp/Cp/2012/06/", "urn://Ocpp/Cp/2012/06", nullptr},
    {"cs16", "urn://Ocpp/Cs/2015/10/", "urn://Ocpp/Cs/2015/10", nullptr},
    {"cp16", "urn://Ocpp/Cp/2015/10/", "urn://Ocpp/Cp/2015/10", nullptr},
    {"wsa", "http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/*/addressing", nullptr},
    {nullptr, nullptr, nullptr, nullptr}};

}  // namespace ocpp_s
