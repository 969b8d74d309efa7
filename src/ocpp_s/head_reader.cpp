// SPDX-License-Identifier: GPL-2.0-or-later
// The headers of an envelope, found by local name.
#include "ocpp_s/head_reader.h"

#include <array>
#include <string>

#include "ocpp/messages.h"
#include "ocpp/text.h"
#include "ocpp_s/dom.h"
#include "ocpp_s/vocabulary.h"

namespace ocpp_s {

namespace {

/// `text` null: known, and not needed.
struct HeaderName {
  std::string_view name;
  std::string Header::*text;
  bool endpoint;  ///< Its text stands in an element Address.
};
constexpr std::array<HeaderName, 8> names{{{"chargeBoxIdentity", &Header::chargeBoxIdentity, false},
                                           {"MessageID", &Header::messageId, false},
                                           {"RelatesTo", &Header::relatesTo, false},
                                           {"Action", &Header::action, false},
                                           {"To", &Header::to, false},
                                           {"From", &Header::from, true},
                                           {"ReplyTo", &Header::replyTo, true},
                                           {"FaultTo", nullptr, true}}};

const HeaderName* find(std::string_view local) {
  for (const HeaderName& each : names)
    if (ocpp::equalFold(each.name, local)) return &each;
  return nullptr;
}

bool mustUnderstand(const pugi::xml_node& node) {
  for (const pugi::xml_attribute& attribute : node.attributes())
    if (localName(std::string_view(attribute.name())) == "mustUnderstand" && attribute.as_bool()) return true;
  return false;
}

void take(const pugi::xml_node& node, Incoming& to) {
  const std::string_view local = localName(node), ns = namespaceOf(node);
  const HeaderName* known = find(local);
  const auto note = [&](Quirk quirk, std::string_view text) {
    to.notes.push_back({quirk, "/" + std::string(local), std::string(text)});
  };
  if (known == nullptr) {
    const bool must = mustUnderstand(node);
    return note(must ? Quirk::NotUnderstood : Quirk::UnknownHeader, "unknown header: ignored");
  }
  const bool identity = known->text == &Header::chargeBoxIdentity;
  const auto addressing = findAddressing(ns);
  if (addressing && !identity) to.manner.addressing = *addressing;
  if (known->name != local || (identity ? !findService(ns) : !addressing))
    note(Quirk::HeaderNamespace, "header in an unusual namespace or case");
  const pugi::xml_node address = childNamed(node, "Address");
  if (known->endpoint && !address) note(Quirk::BareAddress, "without Address");  // QUIRKS A9
  if (identity) return addIdentity(to.header, trimmedTextOf(node));
  if (known->text == nullptr || !(to.header.*(known->text)).empty()) return;
  to.header.*(known->text) = trimmedTextOf(known->endpoint && address ? address : node);
}

/// `urn://Ocpp/Cs/2010/08/CentralSystemService/ResetResponse`, `/Reset`, `reset` -> Reset, in any case.
bool namesAction(std::string_view text, std::string_view action, ocpp::Half half) {
  text.remove_prefix(text.rfind('/') + 1);
  const std::string_view suffix = half == ocpp::Half::Request ? "Request" : "Response";
  if (ocpp::equalFold(text, action)) return true;
  return text.size() == action.size() + suffix.size() && ocpp::equalFold(text.substr(0, action.size()), action) &&
         ocpp::equalFold(text.substr(action.size()), suffix);
}

void noteHead(ocpp::Half half, std::size_t action, Incoming& incoming) {
  const Header& header = incoming.header;
  const auto note = [&](Quirk quirk, std::string text) { incoming.notes.push_back({quirk, "/", std::move(text)}); };
  std::string missing;
  const auto need = [&](const std::string& text, const char* name) {
    if (text.empty()) missing.append(missing.empty() ? "" : ", ").append(name);
  };
  need(header.messageId, "MessageID");
  if (half == ocpp::Half::Response) need(header.relatesTo, "RelatesTo");
  if (half == ocpp::Half::Request && header.replyTo.empty()) need(header.from, "From");  // QUIRKS A8, A11
  if (half == ocpp::Half::Request) need(header.to, "To");
  need(header.action, "Action");
  if (!missing.empty()) note(Quirk::HeaderMissing, "no header " + missing);
  if (!header.messageId.empty() && header.messageId.find(':') == std::string::npos)
    note(Quirk::MessageId, "MessageID '" + header.messageId + "' is no URI");
  if (!header.action.empty() && !namesAction(header.action, ocpp::Actions::names[action], half))
    note(Quirk::Action, "Action '" + header.action + "' contradicts the body");
  if (incoming.manner.addressing != Addressing::Wsa2005)
    note(Quirk::OldAddressing, std::string(addressingRow(incoming.manner.addressing).ns));
  if (incoming.manner.soap11) note(Quirk::Soap11, "SOAP 1.1");
}

}  // namespace

void addIdentity(Header& header, std::string identity) {
  if (header.chargeBoxIdentity.empty())
    header.chargeBoxIdentity = std::move(identity);
  else if (!identity.empty() && header.chargeBoxIdentity != identity)  // L-17
    header.identityTwice = true;
}

void readHead(const pugi::xml_node& envelope, Incoming& to) {
  const pugi::xml_node head = childNamed(envelope, "Header");
  for (pugi::xml_node node = firstElement(head); node; node = nextElement(node)) take(node, to);
}

void readHead(std::string_view text, Incoming& to) {
  pugi::xml_document document;
  if (parseDom(document, text)) readHead(document.document_element(), to);
}

void noteWhole(const Guarded& guarded, const std::vector<Tag>& tags, ocpp::Half half, std::size_t action,
               Incoming& incoming) {
  const auto note = [&](Quirk quirk, std::string text) { incoming.notes.push_back({quirk, "/", std::move(text)}); };
  noteHead(half, action, incoming);
  if (guarded.padded) note(Quirk::Padding, "white space before the XML declaration");
  if (guarded.nil) note(Quirk::Nil, "nil elements were read as absent");
  const std::string_view late = misplacedElement(tags, *incoming.version, action, half);
  if (!late.empty()) note(Quirk::ElementOrder, std::string(late) + " is out of the contract's order");
}

}  // namespace ocpp_s
