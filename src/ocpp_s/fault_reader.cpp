// SPDX-License-Identifier: GPL-2.0-or-later
// SOAP Faults of any shape to ocpp::Fault.
#include "ocpp_s/fault_reader.h"

#include <string>

#include "ocpp/text.h"
#include "ocpp_s/dialect.h"
#include "ocpp_s/dom.h"

namespace ocpp_s {

namespace {

struct Codes {
  std::string code;     // Sender, Receiver, Client, Server, MustUnderstand, VersionMismatch
  std::string subcode;  // the deepest one
};

// "SOAP-ENV:Client.ProtocolError" -> Client, ProtocolError
void readQualifiedName(std::string_view text, Codes& codes) {
  const std::string_view bare = localName(ocpp::trimmed(text));
  const std::size_t dot = bare.find('.');
  codes.code = std::string(bare.substr(0, dot));
  if (dot != bare.npos) codes.subcode = std::string(bare.substr(bare.rfind('.') + 1));
}

// F1-F3: names by local name and any case, values as QName or bare word, sub-codes nested or not.
Codes readCodes(const pugi::xml_node& fault) {
  Codes codes;
  if (const pugi::xml_node code11 = childNamed(fault, "faultcode")) {
    readQualifiedName(textOf(code11), codes);
    return codes;
  }
  const pugi::xml_node code = childNamed(fault, "Code");
  readQualifiedName(textOf(childNamed(code, "Value")), codes);
  pugi::xml_node holder = childNamed(code, "Subcode");
  if (!holder) holder = childNamed(fault, "Subcode");
  for (; holder; holder = childNamed(holder, "Subcode"))
    codes.subcode = std::string(localName(ocpp::trimmed(textOf(childNamed(holder, "Value")))));
  return codes;
}

std::string readReason(const pugi::xml_node& fault) {
  for (const char* holder : {"Reason", "Detail"})
    if (const pugi::xml_node text = childNamed(childNamed(fault, holder), "Text")) return trimmedTextOf(text);
  return trimmedTextOf(childNamed(fault, "faultstring"));
}

bool isName(const pugi::xml_node& node, std::string_view name, std::string_view ns) {
  return localName(node) == name && namespaceOf(node) == ns;
}

/// As SOAP 1.1 or 1.2 has it: names in the envelope's namespace, codes with prefix.
bool isOrdinary(const pugi::xml_node& fault) {
  const std::string_view ns = namespaceOf(fault);
  if (ns == soap11Namespace) {
    const pugi::xml_node code = childNamed(fault, "faultcode");
    return code && namespaceOf(code).empty() && textOf(code).find(':') != std::string::npos;
  }
  const pugi::xml_node code = childNamed(fault, "Code");
  if (ns != soap12Namespace || !isName(code, "Code", ns)) return false;
  for (pugi::xml_node holder = code; holder; holder = childNamed(holder, "Subcode")) {
    const pugi::xml_node value = childNamed(holder, "Value");
    if (!isName(value, "Value", ns) || textOf(value).find(':') == std::string::npos) return false;
    if (holder != code && !isName(holder, "Subcode", ns)) return false;
  }
  return !childNamed(fault, "Subcode");
}

bool isSender(std::string_view code) { return ocpp::equalFold(code, "Sender") || ocpp::equalFold(code, "Client"); }
bool isReceiver(std::string_view code) { return ocpp::equalFold(code, "Receiver") || ocpp::equalFold(code, "Server"); }

}  // namespace

ocpp::Fault readFault(const pugi::xml_node& fault, Notes& notes) {
  if (!isOrdinary(fault)) notes.push_back({Quirk::FaultShape, "/Fault", "was read by its local names"});
  Codes codes = readCodes(fault);
  const bool sender = isSender(codes.code);
  // A bare sub-code where the code should be, and the codes of SOAP itself.
  if (codes.subcode.empty() && !sender && !isReceiver(codes.code)) codes.subcode = codes.code;
  ocpp::Fault read{ocpp::faultFromSoap(sender, codes.subcode), readReason(fault)};
  const ocpp::FaultRow& row = ocpp::faultRow(read.code);
  const bool known = codes.subcode == codes.code || ocpp::equalFold(codes.subcode, row.soapSubcode);
  if (!codes.subcode.empty() && !known) {  // e.g. of WS-Addressing: F6
    if (!read.description.empty()) read.description += " ";
    read.description += "(" + codes.subcode + ")";
  }
  return read;
}

}  // namespace ocpp_s
