// SPDX-License-Identifier: GPL-2.0-or-later
// Our operations: from JSON to the charger, and what came back.
#include <stdexcept>

#include "bridge/random_id.h"
#include "ocpp_j/codec.h"
#include "tests/tools/common/answer.h"
#include "tests/tools/cs/central.h"

namespace cs {

using namespace bridge;

namespace {

using Mistake = Outcome::Mistake;

void fail(Outcome& outcome, Mistake mistake, std::string text, const Central::Done& done) {
  outcome.mistake = mistake;
  outcome.reply.kind = Message::Kind::Trouble;
  outcome.reply.incoming = true;
  outcome.reply.charger = outcome.request.charger;
  outcome.reply.action = outcome.request.action;
  outcome.reply.text = std::move(text);
  done(outcome);
}

}  // namespace

void Central::send(const std::string& charger, const std::string& action, const std::string& payload, Done done) {
  Outcome outcome;
  outcome.request.charger = charger;
  outcome.request.action = action;
  const KnownCharger* known = book_.find(charger);
  if (known == nullptr) return fail(outcome, Mistake::UnknownCharger, "no charger '" + charger + "' is known", done);
  const ocpp::Version version = known->version;
  outcome.request.version = version;
  const auto index = ocpp::findAction(action);
  if (!index || !ocpp_s::offers(version, ocpp::Role::ChargePoint, *index))
    return fail(outcome, Mistake::UnknownAction,
                "OCPP " + std::string(ocpp::name(version)) + " has no operation '" + action + "' for charge points",
                done);
  ocpp_j::JsonTree tree;
  if (!tree.parse(payload.empty() ? "{}" : payload))
    return fail(outcome, Mistake::BadPayload, "the payload is not JSON: " + tree.problem(), done);
  ocpp::ReadNotes notes;
  const auto request = ocpp_j::readRequest(action, tree.root(), ocpp_j::ReadMode::Strict, notes);
  if (!request) return fail(outcome, Mistake::BadPayload, request.fault().description, done);
  if (known->url.empty())
    return fail(outcome, Mistake::NoAddress,
                "charger '" + charger + "' has announced no address in wsa:From; --charger-url can name it", done);
  HttpPost post;
  if (!prepare(outcome, *known, *request, post)) return fail(outcome, Mistake::BadPayload, outcome.request.text, done);
  outcome.sent = true;
  tell(outcome.request);
  client_.post(std::move(post), [this, action = *index, outcome, done = std::move(done)](HttpResult&& result) {
    Outcome mine = outcome;  // this function object may be gone after the next line
    const Done finished = done;
    mine.reply = tool::readAnswer(codec_, action, mine.request, std::move(result));
    tell(mine.reply);
    finished(mine);
  });
}

/// Writes the envelope, and reads it again: what the version cannot say has been left out, and is noted.
bool Central::prepare(Outcome& outcome, const KnownCharger& known, const ocpp::Request& request, HttpPost& post) {
  Message& told = outcome.request;
  const ocpp_s::Dialect dialect = ocpp_s::dialectFor(known.version, known.manner, options_.quirks);
  ocpp_s::Header header;
  header.chargeBoxIdentity = told.charger;
  header.messageId = told.messageId = "urn:uuid:" + newUuid();
  header.from = url_;
  header.to = post.url = known.url;
  post.headers.add("Content-Type", ocpp_s::requestContentType(dialect, "/" + told.action));
  if (options_.quirks.has(ocpp_s::Quirk::SoapActionHeader)) post.headers.add("SOAPAction", "\"/" + told.action + "\"");
  try {
    codec_.writeRequest(post.body, dialect, ocpp::Role::ChargePoint, header, request);
  } catch (const std::logic_error& why) {
    told.text = "OCPP " + std::string(ocpp::name(known.version)) + " cannot say this: " + why.what();
    return false;
  }
  post.totalTimeoutMs = options_.chargerTimeout * 1000;
  post.connectTimeoutMs = std::min(10000, post.totalTimeoutMs);
  tool::showAsWritten(codec_, ocpp::Role::ChargePoint, request, post.body, told);
  return true;
}

}  // namespace cs
