// SPDX-License-Identifier: GPL-2.0-or-later
// Reads what came back on a request, strictly in the notes and leniently in the payload.
#include "tests/tools/common/answer.h"

#include <utility>

#include "bridge/charger_quirks.h"

namespace tool {

using bridge::HttpResult;

namespace {

/// An answer that nobody will answer needs no MessageID (WS-Addressing 1.0, 3.1).
bool isAllowed(const ocpp_s::Note& note) {
  return note.quirk == ocpp_s::Quirk::HeaderMissing && note.text == "no header MessageID";
}

}  // namespace

void showAsWritten(ocpp_s::Codec& codec, ocpp::Role service, const ocpp::Request& meant, const std::string& xml,
                   Message& request) {
  request.xml = xml;
  request.payload = payloadOf(meant);
  const auto read = codec.readRequest(xml, service);
  const auto* back = std::get_if<ocpp_s::RequestMessage>(&read);
  if (back == nullptr) return;
  const Json whole = std::exchange(request.payload, payloadOf(back->request));
  if (whole != request.payload)
    request.notes.push_back("OCPP " + std::string(ocpp::name(*request.version)) + " cannot say all of " +
                            compact(whole));
}

Message readAnswer(ocpp_s::Codec& codec, std::size_t action, const Message& request, HttpResult&& result) {
  Message told;
  told.incoming = true;
  told.kind = Message::Kind::Trouble;
  told.charger = request.charger;
  told.version = request.version;
  told.action = request.action;
  if (result.outcome != HttpResult::Outcome::Answered) {
    told.text = result.outcome == HttpResult::Outcome::Timeout ? "no answer in time" : result.detail;
    return told;
  }
  told.http = result.response.status;
  told.xml = std::move(result.response.body);
  if (told.xml.find("Envelope") == std::string::npos) {
    told.text = "HTTP " + std::to_string(told.http) + " without a SOAP envelope";
    return told;
  }
  ocpp_s::ReplyMessage message = codec.readReply(told.xml, action);
  bridge::noteContentType(result.response.headers, message);
  told.messageId = message.header.messageId;
  told.relatesTo = message.header.relatesTo;
  for (const ocpp_s::Note& note : message.notes)
    if (!isAllowed(note)) told.notes.push_back(note.path + ": " + note.text);
  if (told.relatesTo.empty())
    told.notes.push_back("no wsa:RelatesTo");
  else if (told.relatesTo != request.messageId)
    told.notes.push_back("wsa:RelatesTo is not the MessageID of the request");
  if (const auto* response = std::get_if<ocpp::Response>(&message.outcome)) {
    told.kind = Message::Kind::Response;
    told.payload = payloadOf(*response);
    if (message.version && message.version != request.version)
      told.notes.push_back("the answer is in the namespace of OCPP " + std::string(ocpp::name(*message.version)));
  } else {
    told.kind = message.soapFault ? Message::Kind::Fault : Message::Kind::Trouble;
    told.text = faultText(std::get<ocpp::Fault>(message.outcome));
  }
  if ((told.http / 100 == 2) != (told.kind == Message::Kind::Response))
    told.notes.push_back("HTTP " + std::to_string(told.http) + " with " +
                         (told.kind == Message::Kind::Response ? "a good answer" : "a fault"));
  return told;
}

}  // namespace tool
