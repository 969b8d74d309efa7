// SPDX-License-Identifier: GPL-2.0-or-later
// A central system in one file: answers by action, a list of transactions, calls on request.
#include "bridge/embedded_central.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bridge/random_id.h"
#include "ocpp/literals.h"
#include "ocpp_j/codec.h"

namespace bridge {

namespace {

constexpr std::string_view pathPrefix = "/central/";
constexpr int heartbeatInterval = 300;           // seconds
constexpr std::size_t mostTransactions = 10000;  // older ones are forgotten: this is no billing system

/// For what came from outside: what is no UTF-8 is replaced, where nlohmann would throw by default.
std::string written(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string errorText(const std::string& code, const std::string& description) {
  return written({{"errorCode", code}, {"errorDescription", description}});
}

}  // namespace

EmbeddedCentral::EmbeddedCentral(Loop& loop, Log& log)
    : log_(log),
      server_(loop, "127.0.0.1", 0, {"ocpp1.6"},
              {[this](std::uint64_t connection, const std::string& path, const std::string&) {
                 if (path.rfind(pathPrefix, 0) != 0 || path.size() == pathPrefix.size()) return false;
                 const std::string identity = path.substr(pathPrefix.size());
                 peers_[connection].identity = identity;
                 byIdentity_[identity] = connection;
                 return true;
               },
               [this](std::uint64_t connection, std::string&& text) { onMessage(connection, std::move(text)); },
               [this](std::uint64_t connection) {
                 auto node = peers_.extract(connection);
                 if (node.empty()) return;
                 if (byIdentity_[node.mapped().identity] == connection) byIdentity_.erase(node.mapped().identity);
                 for (auto& [id, done] : node.mapped().waiting)
                   done(502, errorText("GenericError", "the charger's connection is gone"));
               },
               {}}) {}

EmbeddedCentral::~EmbeddedCentral() {
  for (auto& [connection, peer] : std::exchange(peers_, {}))
    for (auto& [id, done] : peer.waiting) done(503, errorText("InternalError", "the bridge ends"));
}

std::string EmbeddedCentral::url() const { return "ws://127.0.0.1:" + std::to_string(server_.port()) + "/central"; }

void EmbeddedCentral::call(const std::string& identity, const std::string& action, const std::string& payload,
                           Done done) {
  const auto found = byIdentity_.find(identity);
  if (found == byIdentity_.end())
    return done(404, errorText("GenericError", "no charger '" + identity + "' is connected"));
  const auto parsed = nlohmann::ordered_json::parse(payload.empty() ? "{}" : payload, nullptr, false);
  if (!parsed.is_object()) return done(400, errorText("FormationViolation", "the payload must be a JSON object"));
  const std::string id = newUuid();
  peers_[found->second].waiting[id] = std::move(done);
  server_.send(found->second, "[2,\"" + id + "\"," + written(action) + "," + written(parsed) + "]");
}

void EmbeddedCentral::onMessage(std::uint64_t connection, std::string&& text) {
  using Kind = ocpp_j::Frame::Kind;
  const ocpp_j::Frame frame = ocpp_j::readFrame(text);
  Peer& peer = peers_[connection];
  if (frame.kind == Kind::Call) {
    ++calls_;
    ocpp::ReadNotes notes;
    const auto request = ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Strict, notes);
    const auto result = request ? answer(peer.identity, *request) : ocpp::Result<ocpp::Response>(request.fault());
    if (result) return server_.send(connection, ocpp_j::writeCallResult(frame.id, *result));
    log_.line(Log::Level::Warning, peer.identity, "embedded", frame.action + ": " + result.fault().description);
    return server_.send(connection, ocpp_j::writeCallError(frame.id, result.fault()));
  }
  auto node = peer.waiting.extract(frame.id);
  if (node.empty()) return;
  if (frame.kind == Kind::CallError) return node.mapped()(502, errorText(frame.errorCode, frame.errorDescription));
  const auto whole = nlohmann::ordered_json::parse(text, nullptr, false);
  node.mapped()(200, whole.is_array() && whole.size() > 2 ? written(whole[2]) : "{}");
}

ocpp::StartTransaction::Response EmbeddedCentral::start(const std::string& identity,
                                                        const ocpp::StartTransaction::Request& request) {
  // The same start said again gets the same id (TX-12: chargers and bridges repeat, central systems recognise it).
  const auto known = std::find_if(transactions_.begin(), transactions_.end(), [&](const Transaction& t) {
    return t.identity == identity && t.connectorId == request.connectorId && t.idTag == request.idTag &&
           t.start == request.timestamp.at && t.meterStart == request.meterStart;
  });
  ocpp::StartTransaction::Response response;
  response.idTagInfo.status = ocpp::AuthorizationStatus::Accepted;
  if (known != transactions_.end()) {
    response.transactionId.value = known->id;
    return response;
  }
  if (transactions_.size() >= mostTransactions) transactions_.erase(transactions_.begin());
  transactions_.push_back({nextTransaction_++,
                           identity,
                           request.idTag,
                           request.connectorId,
                           request.meterStart,
                           request.timestamp.at,
                           {},
                           0});
  response.transactionId.value = transactions_.back().id;
  return response;
}

ocpp::Result<ocpp::Response> EmbeddedCentral::answer(const std::string& identity, const ocpp::Request& request) {
  using namespace ocpp;
  const auto transaction = [&](std::int64_t id) -> Transaction* {
    const auto found =
        std::find_if(transactions_.begin(), transactions_.end(), [&](const Transaction& t) { return t.id == id; });
    return found == transactions_.end() ? nullptr : &*found;
  };
  IdTagInfo accepted;
  accepted.status = AuthorizationStatus::Accepted;
  if (is<BootNotification>(request))
    return Response(BootNotification::Response{RegistrationStatus::Accepted, {wallClock(), true}, heartbeatInterval});
  if (is<Heartbeat>(request)) return Response(Heartbeat::Response{{wallClock(), true}});
  if (is<Authorize>(request)) return Response(Authorize::Response{accepted});
  if (const auto* r = std::get_if<StartTransaction::Request>(&request)) return Response(start(identity, *r));
  if (const auto* r = std::get_if<StopTransaction::Request>(&request)) {
    if (Transaction* t = transaction(r->transactionId.value)) t->stop = *r;
    return Response(StopTransaction::Response{accepted});
  }
  if (const auto* r = std::get_if<MeterValues::Request>(&request)) {
    if (Transaction* t = r->transactionId ? transaction(r->transactionId->value) : nullptr)
      t->meterValues += r->meterValue.size();
    return Response(MeterValues::Response{});
  }
  if (is<StatusNotification>(request)) return Response(StatusNotification::Response{});
  if (is<DiagnosticsStatusNotification>(request)) return Response(DiagnosticsStatusNotification::Response{});
  if (is<FirmwareStatusNotification>(request)) return Response(FirmwareStatusNotification::Response{});
  if (is<DataTransfer>(request)) return Response(DataTransfer::Response{DataTransferStatus::UnknownVendorId, {}});
  return Fault{FaultCode::NotSupported, std::string(actionName(request)) + " is not for the embedded back-end"};
}

std::string EmbeddedCentral::report() const {
  const auto time = [](ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::IfNotZero); };
  nlohmann::ordered_json out;
  out["calls"] = calls_;
  out["connected"] = nlohmann::ordered_json::array();
  for (const auto& [identity, connection] : byIdentity_) out["connected"].push_back(identity);
  out["transactions"] = nlohmann::ordered_json::array();
  for (const Transaction& t : transactions_) {
    nlohmann::ordered_json one{
        {"transactionId", t.id},  {"identity", t.identity},     {"connectorId", t.connectorId}, {"idTag", t.idTag},
        {"start", time(t.start)}, {"meterStart", t.meterStart}, {"meterValues", t.meterValues}};
    if (t.stop) {
      one["stop"] = time(t.stop->timestamp.at);
      one["meterStop"] = t.stop->meterStop;
      one["reason"] = t.stop->reason ? ocpp::word(*t.stop->reason) : "Local";
    }
    out["transactions"].push_back(one);
  }
  return out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace bridge
