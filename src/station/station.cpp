// SPDX-License-Identifier: GPL-2.0-or-later
// A station's life: what it is made of, what it kept, power-up, and its timers.
#include "station/station.h"

#include "station/impl.h"

namespace station {

using ocpp::Profile;
using ocpp::Version;

namespace {

std::vector<Profile> featuresOf(const Settings& settings) {
  const auto known = [&](Profile profile) {
    if (settings.version == Version::V16) return true;
    if (profile == Profile::LocalAuthListManagement || profile == Profile::Reservation)
      return settings.version == Version::V15;
    return profile == Profile::Core || profile == Profile::FirmwareManagement;
  };
  std::vector<Profile> features{Profile::Core};
  for (const Profile each : settings.profiles)
    if (each != Profile::Core && known(each)) features.push_back(each);
  return features;
}

std::string namesOf(const std::vector<Profile>& features) {
  constexpr std::string_view names[] = {"Core",        "FirmwareManagement", "LocalAuthListManagement",
                                        "Reservation", "SmartCharging",      "RemoteTrigger",
                                        "Security"};
  std::string list;
  for (const Profile each : features)
    list += (list.empty() ? "" : ",") + std::string(names[static_cast<std::size_t>(each)]);
  return list;
}

constexpr std::size_t mostValue = 500;  // of a configuration key

std::vector<std::pair<Key, std::string>> givenBy(const Settings& settings) {
  const auto& capacity = settings.capacity;
  std::string rotation;
  for (std::size_t i = 0; i <= settings.connectors.size(); ++i)
    rotation += (i == 0 ? "" : ",") + std::to_string(i) + ".Unknown";
  if (rotation.size() > mostValue) rotation.clear();
  return {{Key::ConnectorPhaseRotation, rotation},
          {Key::NumberOfConnectors, std::to_string(settings.connectors.size())},
          {Key::ConnectorPhaseRotationMaxLength, std::to_string(settings.connectors.size() + 1)},
          {Key::SupportedFeatureProfiles, namesOf(featuresOf(settings))},
          {Key::LocalAuthListMaxLength, std::to_string(capacity.localList)},
          {Key::SendLocalListMaxLength, std::to_string(capacity.sendLocalList)},
          {Key::SupportedFileTransferProtocols, settings.fileTransferProtocols},
          {Key::ChargeProfileMaxStackLevel, std::to_string(capacity.profiles.maxStackLevel)},
          {Key::ChargingScheduleMaxPeriods, std::to_string(capacity.profiles.maxPeriods)},
          {Key::ConnectorSwitch3to1PhaseSupported, settings.switches3to1Phase ? "true" : "false"},
          {Key::MaxChargingProfilesInstalled, std::to_string(capacity.profiles.maxProfiles)}};
}

// Keeps the earlier of both.
void sooner(std::optional<Steady>& found, const std::optional<Steady>& other) {
  if (other && (!found || *other < *found)) found = other;
}

}  // namespace

Station::Impl::Impl(Settings settings)
    : settings_(std::move(settings)),
      configuration_(settings_.version, featuresOf(settings_), givenBy(settings_), settings_.makersKeys),
      authorization_(configuration_, settings_.capacity.cache, settings_.capacity.localList, *this),
      queue_(settings_.capacity.queue, *this),
      profiles_(settings_.capacity.profiles),
      connectors_(settings_.connectors.size() + 1) {
  for (std::size_t i = 0; i < connectors_.size(); ++i) {
    connectors_[i].id = static_cast<int>(i);
    if (i == 0) continue;
    const ConnectorHardware& hardware = connectors_[i].hardware = settings_.connectors[i - 1];
    connectors_[i].outlet = Outlet(connectors_[i].id, hardware.lock && !hardware.fixedCable,
                                   {settings_.powerOffWait, settings_.lockTimeout}, effects_);
  }
}

bool Station::Impl::hasFeature(Profile profile) const {
  const auto features = featuresOf(settings_);
  return std::find(features.begin(), features.end(), profile) != features.end();
}

std::size_t Station::Impl::running() const {
  return static_cast<std::size_t>(
      std::count_if(connectors_.begin(), connectors_.end(), [](const Connector& c) { return c.transaction; }));
}

std::size_t Station::Impl::unreported() const {
  return static_cast<std::size_t>(std::count_if(connectors_.begin(), connectors_.end(),
                                                [](const Connector& c) { return c.transaction || c.ending; }));
}

bool Station::Impl::contactorsOpening() const {
  return std::any_of(connectors_.begin(), connectors_.end(), [](const Connector& c) { return c.outlet.opening(); });
}

namespace {

// `transaction/2` -> the name and 2; `config/Key` -> the name and no number.
struct KeyParts {
  std::string_view name, rest;
};
KeyParts split(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return {key, {}};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace

void Station::Impl::restore(std::string_view key, std::string_view value) {
  const auto [name, rest] = split(key);
  const auto at = ocpp::parseInt32(rest);
  bool good = true;
  if (name == "config") {
    good = configuration_.restore(rest, value);
  } else if (name == "availability") {
    Connector* c = rest == "0" ? &connectors_[0] : at ? connector(*at) : nullptr;
    good = c != nullptr;
    // A change that was scheduled has its moment now: what ran has ended.
    if (c) c->operative = false;
  } else if (name == "transaction") {
    auto transaction = fromRecord<Transaction>(value);
    Connector* c = at ? connector(*at) : nullptr;
    good = transaction && c;
    if (good) c->transaction = std::move(transaction);
  } else if (name == "ending") {
    auto stop = fromRecord<DecidedStop>(value);
    Connector* c = at ? connector(*at) : nullptr;
    good = stop && c;
    if (good) c->ending = Ending{{}, std::move(*stop)};
  } else if (name == "lastTransaction") {
    lastTransaction_ = ocpp::parseInteger(value).value_or(0);
  } else if (name == "stopData") {
    const auto [number, index] = split(rest);
    auto data = fromRecord<ocpp::MeterValue>(value);
    Connector* c = connector(ocpp::parseInt32(number).value_or(0));
    good = data && c;
    if (good) c->stopData.emplace_back(ocpp::parseInt32(index).value_or(0), std::move(*data));
  } else if (name == "reservation") {
    const auto reservation = fromRecord<Reservation>(value);
    good = reservation.has_value();
    if (good) reservations_[reservation->reservationId] = *reservation;
  } else if (name == "profile") {
    auto installed = fromRecord<InstalledProfile>(value);
    good = installed && profiles_.restore(std::move(*installed));
  } else if (name == "clock") {
    const auto time = fromRecord<ocpp::DateTime>(value);
    good = time.has_value();
    if (good) keptClock_ = time->at;
  } else if (name == "firmware") {
    const auto update = fromRecord<FirmwareUpdate>(value);
    good = update.has_value();
    if (good) firmware_ = *update;
  } else if (name == "upload") {
    upload_ = fromRecord<DiagnosticsUpload>(value);
    good = upload_.has_value();
  } else if (name == "news") {
    good = restoreNews(rest, value);
  } else {
    good = authorization_.restore(key, value) || queue_.restore(key, value);
  }
  if (!good) note(Level::Warning, "the kept record " + std::string(key) + " is not understood and was ignored");
}

void Station::Impl::powerUp(const PowerUp& state, Steady now) {
  recallClock(state, now);
  queue_.endOfRun();
  for (std::size_t i = 1; i < connectors_.size(); ++i) {
    Connector& c = connectors_[i];
    if (i <= state.connectors.size()) {
      const ConnectorAtStart& found = state.connectors[i - 1];
      c.plug = found.plug;
      c.evDraws = found.evDraws;
      c.readings = found.readings;
    }
    c.outlet.powerUp(now);
    endAfterPowerLoss(c);
    c.outlet.release();  // whose plug was kept back is not known any more
    if (c.plug != Plug::None && !c.spent) c.preparingUntil = now + seconds(Key::ConnectionTimeOut);
  }
  filesAfterBoot(state, now);
  for (const auto& [key, value] : configuration_.ofBoard()) emit(Configured{key, value});
  planAligned(now);
  bootAt_ = now;
  for (std::size_t i = 1; i < connectors_.size(); ++i) serve(connectors_[i], now);
  finish(now);
}

void Station::Impl::tick(Steady now) {
  if (rebooting_) return;
  if (inFlight_ && now >= inFlight_->since + settings_.answerTimeout) {
    NoResponse why;
    why.fault.description = "no answer in time";
    noResponse(inFlight_->id, why, now);
  }
  tickRegistration(now);
  tickReservations(now);
  for (std::size_t i = 1; i < connectors_.size(); ++i) tickConnector(connectors_[i], now);
  if (connectors_[0].announceAt && now >= *connectors_[0].announceAt) {
    connectors_[0].announceAt.reset();
    announce(connectors_[0], now, true);
  }
  if (floatingGrant_ && now >= floatingGrant_->until) floatingGrant_.reset();
  if (alignedAt_ && wall(now) >= *alignedAt_) sampleAligned(now);
  for (auto each = dataCalls_.begin(); each != dataCalls_.end();) {
    if (now < each->second) {
      ++each;
      continue;
    }
    emit(Answer{each->first, ocpp::Fault{ocpp::FaultCode::InternalError, "the board did not answer in time"}});
    each = dataCalls_.erase(each);
  }
  finish(now);
}

void Station::Impl::finish(Steady now) {
  if (rebooting_) return;
  updatePower(now);
  for (Connector& c : connectors_) {
    reportIfOff(c);
    if (!isFaulted(c))
      c.faultedSince.reset();
    else if (!c.faultedSince)
      c.faultedSince = now;
  }
  tickFiles(now);
  for (Connector& c : connectors_) settle(c, now);
  keepClock(now);
  tickReset(now);
  if (!rebooting_) pump(now);
}

std::optional<Steady> Station::Impl::deadline() const {
  if (rebooting_) return std::nullopt;
  std::optional<Steady> found;
  const auto byCalendar = [&](const std::optional<Instant>& at) {
    if (at) sooner(found, (*at - clockOffset_).time_since_epoch());
  };
  if (inFlight_) {
    sooner(found, inFlight_->since + settings_.answerTimeout);
  } else if (registered()) {
    if (link_ == Link::Down) sooner(found, probeAt_);
    if (link_ == Link::Up) sooner(found, queue_.retryAt());
  } else {
    sooner(found, bootAt_);
  }
  sooner(found, heartbeatDue());
  for (const Connector& c : connectors_) {
    for (const auto& each : {c.announceAt, c.preparingUntil, c.sampleAt, c.keepMeterAt}) sooner(found, each);
    if (c.grant) sooner(found, c.grant->until);
    if (c.unlock) sooner(found, c.unlock->until);
    sooner(found, c.outlet.deadline());
    if (c.faultedSince && c.transaction) sooner(found, *c.faultedSince + settings_.faultGrace);
  }
  if (floatingGrant_) sooner(found, floatingGrant_->until);
  if (clockKnown_)
    for (const auto& each : reservations_) byCalendar(each.second.expiryDate.at);
  byCalendar(alignedAt_);
  sooner(found, limitsAt_);
  if (reset_ && !contactorsOpening()) sooner(found, reset_->until);
  if (firmware_.step == FirmwareStep::Scheduled) {
    if (firmwareRetryAt_)
      sooner(found, firmwareRetryAt_);
    else
      byCalendar(firmware_.retrieveDate.at);
  }
  sooner(found, uploadRetryAt_);
  for (const auto& each : dataCalls_) sooner(found, each.second);
  return found;
}

std::optional<Effect> Station::Impl::next() {
  if (effects_.empty()) return std::nullopt;
  Effect effect = std::move(effects_.front());
  effects_.pop_front();
  return effect;
}

View Station::Impl::view() const {
  View view;
  view.registration = registration_;
  view.online = online();
  view.queued = queue_.size();
  view.droppedReadings = queue_.dropped();
  for (std::size_t i = 1; i < connectors_.size(); ++i) {
    const Connector& c = connectors_[i];
    ConnectorView each;
    each.status = c.status;
    each.transaction = c.transaction.has_value();
    each.ending = c.ending.has_value();
    if (c.transaction) each.transactionId = c.transaction->id;
    each.contactorClosed = c.outlet.closed();
    each.limit = c.limit.value_or(Limit{0, c.hardware.phases});
    view.connectors.push_back(each);
  }
  return view;
}

}  // namespace station
