// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the requests of scenarios, and answers what the central system asks meanwhile.
#include "tests/tools/cp/central_peer.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "bridge/options.h"
#include "bridge/random_id.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/json_tree.h"
#include "tests/tools/common/answer.h"

namespace cp {

using namespace bridge;
using ocpp::Role;
using Do = tool::Step::Do;

namespace {

constexpr const char* introduction =
    R"({"chargePointVendor":"ocpp-soap-gateway","chargePointModel":"conformance","firmwareVersion":"1.0"})";

/// What each operation gets unless a scenario says otherwise.
constexpr std::pair<const char*, const char*> goodWill[] = {
    {"CancelReservation", R"({"status":"Accepted"})"},
    {"ChangeAvailability", R"({"status":"Accepted"})"},
    {"ChangeConfiguration", R"({"status":"Accepted"})"},
    {"ClearCache", R"({"status":"Accepted"})"},
    {"ClearChargingProfile", R"({"status":"Accepted"})"},
    {"DataTransfer", R"({"status":"UnknownVendorId"})"},
    {"GetCompositeSchedule", R"({"status":"Rejected"})"},
    {"GetConfiguration",
     R"({"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"300"}],"unknownKey":[]})"},
    {"GetDiagnostics", R"({"fileName":"diagnostics.zip"})"},
    {"GetLocalListVersion", R"({"listVersion":0})"},
    {"RemoteStartTransaction", R"({"status":"Accepted"})"},
    {"RemoteStopTransaction", R"({"status":"Accepted"})"},
    {"ReserveNow", R"({"status":"Accepted"})"},
    {"Reset", R"({"status":"Accepted"})"},
    {"SendLocalList", R"({"status":"Accepted"})"},
    {"SetChargingProfile", R"({"status":"Accepted"})"},
    {"TriggerMessage", R"({"status":"Accepted"})"},
    {"UnlockConnector", R"({"status":"Unlocked"})"},
    {"UpdateFirmware", "{}"},
};

/// For a place between the quotes of JSON.
std::string quoted(const std::string& text) {
  const std::string whole = tool::compact(Json(text));
  return whole.substr(1, whole.size() - 2);
}

/// Replaces the element in the Body.
void putIntoBody(std::string& envelope, const std::string& xml) {
  const std::size_t open = envelope.find('>', envelope.find("Body")) + 1;
  const std::size_t close = envelope.rfind("</", envelope.rfind("Body>"));
  envelope.replace(open, close - open, xml);
}

}  // namespace

CentralPeer::CentralPeer(Wire& wire)
    : wire_(wire),
      options_(wire.options()),
      dialect_(ocpp_s::dialectFor(options_.version, {}, options_.quirks)),
      timer_(wire.loop()),
      client_(wire.loop(), clientOptions(options_)) {
  setRules("", "");
  wire_.add(options_.id, [this](Call&& call) { onCall(std::move(call)); });
}

void CentralPeer::setRules(const std::string& rules, const std::string& place) {
  answers_ = {std::begin(goodWill), std::end(goodWill)};
  if (rules.empty()) return;
  const Json all = Json::parse(rules, nullptr, false);
  if (!all.is_object()) throw BadConfiguration(place + ": the rules are no JSON object");
  for (const auto& [action, payload] : all.items()) answers_[action] = tool::compact(payload);
}

std::vector<tool::Peer::Value> CentralPeer::values() const {
  std::vector<Value> out = {
      {"transactionId", transactions_[0], ""},
      {"previousTransactionId", transactions_[1], ""},
      {"id", quoted(options_.id), ""},
      {"namespace", std::string(dialect_.centralSystem), ""},
      {"tag", quoted(options_.tag), "tag"},
      {"unknownTag", quoted(options_.unknownTag), "unknown-tag"},
      {"blockedTag", quoted(options_.blockedTag), "blocked-tag"},
      {"expiredTag", quoted(options_.expiredTag), "expired-tag"},
  };
  for (const auto& [key, value] : lastCall_.items())
    if (value.is_string() || value.is_number())
      out.push_back({"call." + key, value.is_string() ? quoted(value) : tool::compact(value), ""});
  return out;
}

void CentralPeer::meet(Met met) {
  boot(std::move(met), std::chrono::steady_clock::now() + std::chrono::seconds(options_.run.patience));
}

void CentralPeer::boot(Met met, std::chrono::steady_clock::time_point end) {
  std::string problem;
  std::vector<Written> written;
  written.push_back(*write("BootNotification", introduction, problem));
  exchange(std::move(written), [this, end, met = std::move(met)](const Message&, const Message& reply) {
    const bool answered = reply.kind == Message::Kind::Response;
    const std::string status = reply.payload.value("status", "");
    if (answered && status == "Accepted") return met(nullptr);
    const auto now = std::chrono::steady_clock::now();
    const auto wait = std::chrono::seconds(std::clamp(reply.payload.value("interval", 1), 1, 3600));
    if (answered && now + wait < end) return timer_.start(wait, [this, met, end] { boot(met, end); });
    const Refusal refusal{"OSG_CONNECT_CSMS", "The central system accepts us",
                          "BootNotification got " + (answered ? tool::compact(reply.payload) : reply.text)};
    met(&refusal);
  });
}

std::optional<CentralPeer::Written> CentralPeer::write(const std::string& action, const std::string& payload,
                                                       std::string& problem) {
  ocpp_j::JsonTree tree;
  if (!tree.parse(payload)) {
    problem = "the scenario's payload is not JSON: " + tree.problem();
    return std::nullopt;
  }
  ocpp::ReadNotes notes;
  const auto request = ocpp_j::readRequest(action, tree.root(), ocpp_j::ReadMode::Strict, notes);
  if (!request) {
    problem = "the scenario's payload: " + request.fault().description;
    return std::nullopt;
  }
  Written written;
  written.action = request->index();
  written.request.charger = options_.id;
  written.request.version = options_.version;
  written.request.action = action;
  written.request.messageId = "urn:uuid:" + newUuid();
  written.post = wire_.post(options_.id, action);
  codec_.writeRequest(written.post.body, dialect_, Role::CentralSystem,
                      wire_.header(options_.id, written.request.messageId), *request);
  tool::showAsWritten(codec_, Role::CentralSystem, *request, written.post.body, written.request);
  return written;
}

/// An envelope of Heartbeat with another body.
CentralPeer::Written CentralPeer::writeRaw(const std::string& action, const std::string& xml) {
  std::string problem;
  Written written = *write("Heartbeat", "{}", problem);
  std::string& body = written.post.body;
  for (const char* suffix : {"<", "\""})
    if (const std::size_t at = body.find("/Heartbeat" + std::string(suffix)); at != std::string::npos)
      body.replace(at + 1, 9, action);
  putIntoBody(body, xml);
  written.post.headers.set("Content-Type", ocpp_s::requestContentType(dialect_, "/" + action));
  if (const auto known = ocpp::findAction(action)) written.action = *known;
  written.request.action = action;
  written.request.payload = Json::object();
  written.request.notes.push_back("with the body " + xml);
  written.request.xml = body;
  return written;
}

void CentralPeer::send(const tool::Step& step, const std::string& payload, Replied replied) {
  std::vector<Written> all;
  if (step.what == Do::Repeat) {
    all.push_back(last_.back());
  } else if (step.what == Do::Raw) {
    all.push_back(writeRaw(step.action, payload));
  } else {
    Json list = Json::parse(payload, nullptr, false);
    if (!list.is_array()) list = Json::array({list});
    std::string problem;
    for (const Json& each : list) {
      auto written = write(step.action, list.size() == 1 ? payload : tool::compact(each), problem);
      if (!written) {
        Message reply;
        reply.incoming = true;
        reply.kind = Message::Kind::Trouble;
        reply.text = problem;
        return replied({}, reply);
      }
      all.push_back(std::move(*written));
    }
  }
  exchange(std::move(all), std::move(replied));
}

void CentralPeer::exchange(std::vector<Written> all, Replied replied) {
  last_ = all;
  struct Round {
    std::vector<Written> all;
    std::size_t open;
    Replied replied;
  };
  auto round = std::make_shared<Round>(Round{std::move(all), last_.size(), std::move(replied)});
  for (std::size_t i = 0; i < last_.size(); ++i) {
    HttpPost post = round->all[i].post;
    wire_.tell(round->all[i].request);
    client_.post(std::move(post), [this, round, i](HttpResult&& result) {
      const auto mine = round;  // this function object may be gone while we are busy
      Written& written = mine->all[i];
      written.reply = tool::readAnswer(codec_, written.action, written.request, std::move(result));
      wire_.tell(written.reply);
      if (--mine->open > 0) return;
      for (const Written& each : mine->all) learn(each.reply);
      mine->replied(mine->all.back().request, mine->all.back().reply);
    });
  }
}

void CentralPeer::learn(const Message& reply) {
  if (reply.action != "StartTransaction" || !reply.payload.contains("transactionId")) return;
  transactions_.push_front(tool::compact(reply.payload["transactionId"]));
  transactions_.resize(2);
}

void CentralPeer::onCall(Call&& call) {
  const std::string action(ocpp::actionName(call.message.request));
  lastCall_ = tool::payloadOf(call.message.request);
  ocpp_j::JsonTree tree;
  ocpp::ReadNotes notes;
  const auto answer = answers_.find(action);
  if (answer == answers_.end() || !tree.parse(answer->second))
    return wire_.answer(options_.id, call, ocpp::Fault{ocpp::FaultCode::NotSupported, "no scenario answers this"});
  wire_.answer(options_.id, call,
               ocpp_j::readResponse(call.message.request.index(), tree.root(), ocpp_j::ReadMode::Strict, notes));
  const std::string& messageId = call.message.header.messageId;
  if (!messageId.empty() && !calls_.insert(messageId).second) {
    Message again;
    again.incoming = true;
    again.kind = Message::Kind::Trouble;
    again.charger = options_.id;
    again.text = action + " came again with the same MessageID, though it was answered";
    wire_.tell(again);
  }
}

}  // namespace cp
