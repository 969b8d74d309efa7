// SPDX-License-Identifier: GPL-2.0-or-later
// Station's public face: hands every event to the parts, nothing more.
#include "station/impl.h"

namespace station {

Station::Station(Settings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Station::~Station() = default;

void Station::restore(std::string_view key, std::string_view value) { impl_->restore(key, value); }
void Station::powerUp(const PowerUp& state, Steady now) { impl_->powerUp(state, now); }
void Station::response(RequestId id, const ocpp::Response& response, Steady now) { impl_->response(id, response, now); }
void Station::noResponse(RequestId id, const NoResponse& why, Steady now) { impl_->noResponse(id, why, now); }
void Station::fromCentral(CallId id, const ocpp::Request& request, Steady now) { impl_->fromCentral(id, request, now); }
void Station::plugged(int connectorId, Plug plug, Steady now) { impl_->plugged(connectorId, plug, now); }
void Station::evDraws(int connectorId, bool draws, Steady now) { impl_->evDraws(connectorId, draws, now); }
void Station::tag(int connectorId, const ocpp::IdToken& idTag, Steady now) { impl_->tag(connectorId, idTag, now); }
void Station::metered(int connectorId, Readings readings, Steady now) {
  impl_->metered(connectorId, std::move(readings), now);
}
void Station::fault(int connectorId, const BoardFault& fault, Steady now) { impl_->fault(connectorId, fault, now); }
void Station::faultGone(int connectorId, ocpp::ChargePointErrorCode code, Steady now) {
  impl_->faultGone(connectorId, code, now);
}
void Station::lockState(int connectorId, LockState state, Steady now) { impl_->lockState(connectorId, state, now); }
void Station::powerOff(int connectorId, Steady now) { impl_->powerOff(connectorId, now); }
void Station::stopButton(int connectorId, Steady now) { impl_->stopButton(connectorId, now); }
void Station::emergencyStop(int connectorId, Steady now) { impl_->emergencyStop(connectorId, now); }
void Station::powerFailing(Steady now) { impl_->powerFailing(now); }
void Station::restarting(Steady now) { impl_->restarting(now); }
void Station::rebootFailed(Steady now) { impl_->rebootFailed(now); }
void Station::uploaded(UploadProgress progress, Steady now) { impl_->uploaded(progress, now); }
void Station::firmware(FirmwareProgress progress, Steady now) { impl_->firmware(progress, now); }
void Station::answerData(CallId id, const ocpp::DataTransfer::Response& response, Steady now) {
  impl_->answerData(id, response, now);
}
void Station::sendData(std::uint64_t token, const ocpp::DataTransfer::Request& request, Steady now) {
  impl_->sendData(token, request, now);
}
void Station::tick(Steady now) { impl_->tick(now); }
std::optional<Steady> Station::deadline() const { return impl_->deadline(); }
std::optional<Effect> Station::next() { return impl_->next(); }
View Station::view() const { return impl_->view(); }

}  // namespace station
