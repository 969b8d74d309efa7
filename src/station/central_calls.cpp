// SPDX-License-Identifier: GPL-2.0-or-later
// Requests of the central system: who may ask what, and the short ones: configuration, tags, data (OCPP 1.6 section 5).
#include <algorithm>

#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

Reply say(Response response) { return Result<Response>(std::move(response)); }
Reply refuse(FaultCode code, std::string why) { return Result<Response>(Fault{code, std::move(why)}); }

// Actions of the profile Core that older versions do not have.
bool isNewIn15(const Request& request) { return is<DataTransfer>(request) || is<GetConfiguration>(request); }

constexpr Duration dataTimeout = std::chrono::seconds(30);
constexpr std::size_t mostDataCalls = 16;

}  // namespace

std::optional<Fault> Station::Impl::notForUs(const Request& request) const {
  if (registration_ == RegistrationStatus::Rejected)
    return Fault{FaultCode::SecurityError, "the central system has rejected this charge point; nothing is answered"};
  const Profile profile = Actions::profiles[request.index()];
  const bool tooNew = settings_.version == Version::V12 && isNewIn15(request);
  if (Actions::senders[request.index()] == Role::ChargePoint || tooNew || !hasFeature(profile))
    return Fault{FaultCode::NotSupported, std::string(actionName(request)) + " is not supported by this charge point"};
  return std::nullopt;
}

void Station::Impl::fromCentral(CallId id, const Request& request, Steady now) {
  if (rebooting_) return emit(Answer{id, Fault{FaultCode::InternalError, "the charge point is restarting"}});
  if (auto fault = notForUs(request)) return emit(Answer{id, std::move(*fault)});
  Reply reply = std::visit([&](const auto& asked) { return on(id, asked, now); },
                           static_cast<const Request::Alternatives&>(request));
  // The answer goes out before what follows from it, such as a reboot; what must be kept comes before.
  if (reply) emit(Answer{id, std::move(*reply)});
  finish(now);
}

Reply Station::Impl::on(CallId, const GetConfiguration::Request& request, Steady) {
  const auto most = static_cast<std::size_t>(configuration_.integer(Key::GetConfigurationMaxKeys));
  if (request.key.size() > most)
    return refuse(FaultCode::OccurenceConstraintViolation,
                  std::to_string(request.key.size()) + " keys; GetConfigurationMaxKeys is " + std::to_string(most));
  return say(configuration_.get(request));
}

Reply Station::Impl::on(CallId, const ChangeConfiguration::Request& request, Steady now) {
  const ConfigurationStatus status = configuration_.change(request.key, request.value);
  if (status == ConfigurationStatus::Accepted || status == ConfigurationStatus::RebootRequired) {
    const std::string name = configuration_.keptName(request.key);
    keep("config/" + name, request.value);
    emit(Configured{name, request.value});
    if (const auto key = findKey(request.key)) configured(*key, now);
  }
  return say(ChangeConfiguration::Response{status});
}

// Timers that run already follow the new value.
void Station::Impl::configured(Key key, Steady now) {
  if (key == Key::ClockAlignedDataInterval) planAligned(now);
  if (key != Key::MeterValueSampleInterval) return;
  const Steady interval = seconds(key);
  for (Connector& c : connectors_) {
    c.sampleAt.reset();
    if (c.transaction && interval > Steady{}) c.sampleAt = now + interval;
  }
}

Reply Station::Impl::on(CallId, const ClearCache::Request&, Steady) {
  if (!configuration_.boolean(Key::AuthorizationCacheEnabled))
    return say(ClearCache::Response{ClearCacheStatus::Rejected});
  authorization_.clearCache();
  return say(ClearCache::Response{ClearCacheStatus::Accepted});
}

Reply Station::Impl::on(CallId, const SendLocalList::Request& request, Steady) {
  return say(SendLocalList::Response{authorization_.update(request)});
}

// -1: there is no such list (section 5.10).
Reply Station::Impl::on(CallId, const GetLocalListVersion::Request&, Steady) {
  const bool enabled = configuration_.boolean(Key::LocalAuthListEnabled);
  return say(GetLocalListVersion::Response{enabled ? authorization_.listVersion() : -1});
}

Reply Station::Impl::on(CallId id, const DataTransfer::Request& request, Steady now) {
  const auto& vendors = settings_.dataVendors;
  if (std::find(vendors.begin(), vendors.end(), request.vendorId) == vendors.end())
    return say(DataTransfer::Response{DataTransferStatus::UnknownVendorId, {}});
  if (dataCalls_.size() >= mostDataCalls) return refuse(FaultCode::InternalError, "too many DataTransfers are waiting");
  dataCalls_[id] = now + dataTimeout;
  emit(Data{id, request});
  return std::nullopt;
}

void Station::Impl::answerData(CallId id, const DataTransfer::Response& response, Steady now) {
  if (dataCalls_.erase(id) == 0) return;  // too late
  emit(Answer{id, Response(response)});
  finish(now);
}

// --- smart charging (sections 5.5, 5.7, 5.16)

void Station::Impl::keepProfiles(const Profiles& before) {
  const auto keyOf = [](const InstalledProfile& each) {
    return "profile/" + std::to_string(each.profile.chargingProfileId);
  };
  // A TxProfile ends with its transaction, which does not survive a power loss.
  const auto lasts = [](const InstalledProfile& each) {
    return each.profile.chargingProfilePurpose != ChargingProfilePurpose::TxProfile;
  };
  const Profiles& after = profiles_.all();
  const auto has = [](const Profiles& all, const std::string& record) {
    return std::any_of(all.begin(), all.end(), [&](const auto& each) { return toRecord(each) == record; });
  };
  for (const auto& each : before)
    if (lasts(each) && !has(after, toRecord(each))) forget(keyOf(each));
  for (const auto& each : after)
    if (lasts(each) && !has(before, toRecord(each))) keep(keyOf(each), toRecord(each));
}

Reply Station::Impl::on(CallId, const SetChargingProfile::Request& request, Steady now) {
  const auto rejected = [&](const std::string& why) {
    note(Level::Info, "SetChargingProfile was rejected: " + why);
    return say(SetChargingProfile::Response{ChargingProfileStatus::Rejected});
  };
  const ChargingProfile& profile = request.csChargingProfiles;
  const Connector* c = connector(request.connectorId);
  if (!c && request.connectorId != 0) return rejected("there is no such connector");
  if (profile.chargingProfilePurpose == ChargingProfilePurpose::TxProfile) {
    if (!c || !c->transaction) return rejected("a TxProfile needs a transaction on its connector");
    if (profile.transactionId && profile.transactionId != c->transaction->id)
      return rejected("its transactionId is not that of the connector's transaction");
  }
  const Profiles before = profiles_.all();
  const std::string problem = profiles_.install(request.connectorId, profile, wall(now));
  if (!problem.empty()) return rejected(problem);
  keepProfiles(before);
  // After a power cut the clock must not fall behind the start of a schedule that has begun.
  keptClock_.reset();
  keepClock(now);
  return say(SetChargingProfile::Response{ChargingProfileStatus::Accepted});
}

Reply Station::Impl::on(CallId, const ClearChargingProfile::Request& request, Steady) {
  const Profiles before = profiles_.all();
  const bool any = profiles_.clear(request) > 0;
  keepProfiles(before);
  return say(
      ClearChargingProfile::Response{any ? ClearChargingProfileStatus::Accepted : ClearChargingProfileStatus::Unknown});
}

Reply Station::Impl::on(CallId, const GetCompositeSchedule::Request& request, Steady now) {
  GetCompositeSchedule::Response response;
  response.status = GetCompositeScheduleStatus::Rejected;
  const bool known = request.connectorId == 0 || connector(request.connectorId);
  if (!known || request.duration <= 0) return say(response);
  const Connector& c = connectors_[static_cast<std::size_t>(request.connectorId)];
  const Instant from = std::chrono::floor<std::chrono::seconds>(wall(now));
  // What began within this second counts from its beginning on.
  const Subject subject{c.id, c.transaction ? std::min(c.transaction->start.at, from) : from};
  response.status = GetCompositeScheduleStatus::Accepted;
  response.connectorId = c.id;
  response.scheduleStart = DateTime{from, true};
  response.chargingSchedule =
      compositeSchedule(rulesFor(c), subject, from, request.duration,
                        request.chargingRateUnit.value_or(ChargingRateUnit::A), settings_.capacity.compositePeriods);
  return say(response);
}

}  // namespace station
