// SPDX-License-Identifier: GPL-2.0-or-later
// Effects of the station on the simulated board and the wire, and what both tell the station.
#include "tests/tools/cp/point.h"

#include <algorithm>

#include "bridge/log.h"
#include "bridge/options.h"
#include "bridge/random_id.h"
#include "station/journal_file.h"

namespace cp {

using namespace station;

namespace {

// While energy flows the station sees its meter at least this often (limits on energy, invalid tags).
constexpr auto meterPeriod = std::chrono::seconds(15);
// How long a simulated transfer or installation takes.
constexpr auto fileTime = std::chrono::seconds(1);
// Registers are kept beside the station's own records.
constexpr std::string_view registerKey = "board/register/";

// Nobody listens at the discard port: simulated transfers fail there as real ones do.
bool reachable(const std::string& location) { return location.find(":9/") == std::string::npos; }

// A simulated installation of it fails.
bool isFirmware(const std::string& location) { return location.find("no-firmware") == std::string::npos; }

Moment steadyClock() { return std::chrono::duration_cast<Moment>(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace

Point::Point(Wire& wire, std::string name, std::unique_ptr<Journal> journal)
    : wire_(wire),
      name_(std::move(name)),
      journal_(std::move(journal)),
      board_(wire.options().connectors, wire.options().evAmperes),
      later_(wire.loop()) {
  wire_.add(name_, [this](Call&& call) { onCall(std::move(call)); });
  journal_->replay([this](const std::string& key, const std::string& value) {
    if (key.rfind(registerKey, 0) != 0) return;
    const int connector = ocpp::parseInt32(std::string_view(key).substr(registerKey.size())).value_or(0);
    if (board_.has(connector)) board_.at(connector).microWh = ocpp::parseInteger(value).value_or(0);
  });
}

Point::~Point() {
  events_ = {};  // who watched may be gone
  switchOff();
}

Moment Point::clock() const { return steadyClock() + skipped_; }

Steady Point::now() const { return clock() - poweredAt_; }

void Point::switchOn() {
  if (isOn()) return;
  ++run_;
  poweredAt_ = clock();
  station_ = std::make_unique<Station>(settingsFor(wire_.options()));
  // What was changed since has a later record.
  for (const auto& [key, value] : wire_.options().keys) station_->restore("config/" + key, value);
  journal_->replay([this](const std::string& key, const std::string& value) {
    if (key.rfind(registerKey, 0) != 0) station_->restore(key, value);
  });
  PowerUp state;
  for (int c = 1; c <= board_.size(); ++c) {
    board_.count(c, clock());
    state.connectors.push_back({board_.at(c).plug, board_.at(c).evDraws, board_.readings(c)});
  }
  state.firmwareInstalled = installed_;
  installed_.reset();
  station_->powerUp(state, now());
  drain();
}

void Point::switchOff() {
  if (!isOn()) return;
  for (int c = 1; c <= board_.size(); ++c) {
    board_.count(c, clock());
    board_.at(c).closed = board_.at(c).opening = false;
  }
  if (exchange_ != 0) wire_.cancel(exchange_);
  exchange_ = 0;
  for (const auto& [id, call] : calls_) call.responder.breakOff("");
  calls_.clear();
  later_.clear();
  bridge::Deadlines::disarm(*this);
  station_.reset();
  if (events_.changed) events_.changed();
}

// --- the board

void Point::meters() {
  for (int c = 1; c <= board_.size(); ++c) {
    const std::int64_t before = board_.at(c).microWh;
    if (!board_.count(c, clock()) && before == board_.at(c).microWh) continue;
    station_->metered(c, board_.readings(c), now());
  }
}

void Point::plug(int connector, Plug plug) {
  board_.count(connector, clock());
  board_.at(connector).plug = plug;
  board_.at(connector).evDraws = plug == Plug::Connected;
  board([&](Station& station, Steady at) {
    station.plugged(connector, plug, at);
    station.evDraws(connector, plug == Plug::Connected, at);
    if (board_.at(connector).opening && board_.watts(connector) == 0) contactorOpened(connector);
  });
}

void Point::evDraws(int connector, bool draws) {
  board_.count(connector, clock());
  board_.at(connector).evDraws = draws && board_.at(connector).plug == Plug::Connected;
  board([&](Station& station, Steady at) {
    station.evDraws(connector, draws, at);
    if (board_.at(connector).opening && board_.watts(connector) == 0) contactorOpened(connector);
  });
}

void Point::setRegister(int connector, std::int64_t wattHours) {
  board_.setRegister(connector, wattHours, clock());
  board([&](Station& station, Steady at) { station.metered(connector, board_.readings(connector), at); });
}

void Point::board(const std::function<void(Station&, Steady)>& event) {
  if (!isOn()) return;
  meters();
  event(*station_, now());
  drain();
}

View Point::view() const { return isOn() ? station_->view() : View{}; }

bool Point::quiet() const {
  const View seen = view();
  const bool ending =
      std::any_of(seen.connectors.begin(), seen.connectors.end(), [](const auto& c) { return c.ending; });
  return isOn() && exchange_ == 0 && seen.queued == 0 && !ending;
}

void Point::onDeadline() {
  if (isOn()) board([](Station& station, Steady at) { station.tick(at); });
}

void Point::live(Moment time) {
  skipped_ += time;
  onDeadline();
}

std::optional<Moment> Point::untilDue() const {
  if (!isOn()) return std::nullopt;
  const auto due = station_->deadline();
  bool flows = false;
  for (int c = 1; c <= board_.size(); ++c) flows = flows || board_.watts(c) > 0;
  if (!due && !flows) return std::nullopt;
  const Moment wait = due ? std::max(*due - now(), Moment{}) : Moment(meterPeriod);
  return flows ? std::min<Moment>(wait, meterPeriod) : wait;
}

void Point::arm() {
  const auto wait = untilDue();
  if (!wait) return bridge::Deadlines::disarm(*this);
  wire_.loop().deadlines().arm(*this, std::min<Moment>(*wait, std::chrono::hours(1)));
}

void Point::drain() {
  if (draining_ || !isOn()) return;
  draining_ = true;
  const std::size_t run = run_;
  while (isOn() && run == run_) {
    if (const auto effect = station_->next()) {
      execute(*effect);
    } else {
      commit();
      break;
    }
  }
  draining_ = false;
  if (isOn()) arm();
  if (events_.changed) events_.changed();
}

void Point::commit() {
  if (!pending_) return;
  for (int c = 1; c <= board_.size(); ++c)
    journal_->put(std::string(registerKey) + std::to_string(c), std::to_string(board_.at(c).microWh));
  pending_ = !journal_->commit();
  if (pending_ == broken_) return;
  broken_ = pending_;
  note(broken_ ? Level::Error : Level::Info,
       broken_ ? "what must be kept cannot be written" : "it can be written again");
  BoardFault fault;
  fault.code = ocpp::ChargePointErrorCode::InternalError;
  fault.blocking = false;
  fault.info = "storage";
  if (broken_)
    station_->fault(0, fault, now());
  else
    station_->faultGone(0, fault.code, now());
}

// --- effects

void Point::execute(const Effect& effect) {
  const bool change = std::holds_alternative<Keep>(effect) || std::holds_alternative<Forget>(effect);
  if (!change) commit();
  std::visit([this](const auto& each) { on(each); }, effect);
}

void Point::on(const Keep& keep) {
  journal_->put(keep.key, keep.value);
  pending_ = true;
}
void Point::on(const Forget& forget) {
  journal_->erase(forget.key);
  pending_ = true;
}

void Point::on(const Send& send) {
  exchange_ = wire_.send(name_, send.request, [this, id = send.id](auto outcome) {
    exchange_ = 0;
    meters();
    if (const auto* response = std::get_if<ocpp::Response>(&outcome))
      station_->response(id, *response, now());
    else
      station_->noResponse(id, std::get<NoResponse>(outcome), now());
    drain();
  });
}

void Point::onCall(Call&& call) {
  if (!isOn()) return call.responder.breakOff("");
  const CallId id = ++lastCall_;
  const ocpp::Request request = call.message.request;
  calls_.emplace(id, std::move(call));
  board([&](Station& station, Steady at) { station.fromCentral(id, request, at); });
}

void Point::on(const Answer& answer) {
  const auto call = calls_.find(answer.id);
  if (call == calls_.end()) return;
  wire_.answer(name_, call->second, answer.result);
  calls_.erase(call);
}

// An EV that is told to stop draws on for a while; then the contactor opens without load.
void Point::on(const SetContactor& contactor) {
  const int connector = contactor.connectorId;
  Board::Connector& c = board_.at(connector);
  board_.count(connector, clock());
  const std::size_t switches = ++c.switches;
  c.opening = !contactor.closed;
  if (contactor.closed) {
    c.closed = true;
    c.followed = c.limit;
  } else if (board_.watts(connector) == 0) {
    contactorOpened(connector);
  } else {
    later_.after(Moment(wire_.options().evStopMs), [this, connector, switches] {
      if (board_.at(connector).switches != switches) return;
      contactorOpened(connector);
      drain();
    });
  }
}

// The register that the station sees is that of the end of the energy.
void Point::contactorOpened(int connector) {
  Board::Connector& c = board_.at(connector);
  board_.count(connector, clock());
  c.closed = c.opening = false;
  ++c.switches;
  station_->metered(connector, board_.readings(connector), now());
  station_->powerOff(connector, now());
}

void Point::on(const SetLimit& limit) {
  const int connector = limit.connectorId;
  Board::Connector& c = board_.at(connector);
  board_.count(connector, clock());
  c.limit = limit.amperes.tenths;
  c.phases = limit.phases;
  const std::size_t limits = ++c.limits;
  const int wait = c.limit < c.followed && board_.watts(connector) > 0 ? wire_.options().evStopMs : 0;
  later_.after(Moment(wait), [this, connector, limits] {
    board_.count(connector, clock());
    if (board_.at(connector).limits == limits) board_.at(connector).followed = board_.at(connector).limit;
  });
}

void Point::on(const Lock& lock) {
  board_.at(lock.connectorId).locked = board_.locksWork;
  station_->lockState(lock.connectorId, board_.locksWork ? LockState::Locked : LockState::Failed, now());
}

void Point::on(const Unlock& unlock) {
  if (board_.locksWork) board_.at(unlock.connectorId).locked = false;
  station_->lockState(unlock.connectorId, board_.locksWork ? LockState::Unlocked : LockState::Failed, now());
}

void Point::on(const Reboot& reboot) {
  note(Level::Info, reboot.hard ? "hard reset" : "soft reset");
  wire_.loop().post([this, run = run_] {
    if (run != run_) return;
    switchOff();
    later_.after(std::chrono::seconds(wire_.options().rebootSeconds), [this] { switchOn(); });
  });
}

void Point::on(const Upload& upload) {
  note(Level::Info, "simulated upload of " + upload.fileName + " to " + bridge::redacted(upload.location));
  later_.after(fileTime, [this, good = reachable(upload.location)] {
    board([&](Station& station, Steady at) {
      station.uploaded(good && board_.filesWork ? UploadProgress::Uploaded : UploadProgress::Failed, at);
    });
  });
}

void Point::on(const Download& download) {
  note(Level::Info, "simulated download of " + bridge::redacted(download.location));
  installable_ = isFirmware(download.location);
  later_.after(fileTime, [this, good = reachable(download.location)] {
    board([&](Station& station, Steady at) {
      station.firmware(good && board_.filesWork ? FirmwareProgress::Downloaded : FirmwareProgress::DownloadFailed, at);
    });
  });
}

// New firmware means a restart; how it went is known after it.
void Point::on(const Install&) {
  note(Level::Info, "simulated installation");
  later_.after(fileTime, [this] {
    installed_ = board_.filesWork && installable_;
    board([](Station& station, Steady at) { station.restarting(at); });
    on(Reboot{false});
  });
}

void Point::on(const Data& data) {
  ocpp::DataTransfer::Response response;
  response.status = ocpp::DataTransferStatus::Accepted;
  response.data = data.request.data;
  station_->answerData(data.id, response, now());
}

void Point::on(const DataAnswered& answered) {
  note(Level::Info, answered.response ? "DataTransfer was answered" : "DataTransfer got no answer");
}

void Point::on(const ShowTag& shown) {
  if (events_.shown) events_.shown(shown.connectorId, shown.outcome);
}

void Point::on(const Note& each) { note(each.level, each.text); }

void Point::note(Level level, const std::string& text) const {
  if (events_.noted) events_.noted(level, text);
}

// --- made of options

Settings settingsFor(const Options& options) {
  Settings settings;
  settings.version = options.version;
  settings.identity.chargePointVendor = ocpp::Text<20>(options.vendor);
  settings.identity.chargePointModel = ocpp::Text<20>(options.model);
  settings.identity.firmwareVersion = ocpp::Text<50>(OCPP_SOAP_GATEWAY_VERSION);
  ConnectorHardware hardware;
  hardware.amperes.tenths = std::int64_t{options.amperes} * 10;
  hardware.fixedCable = options.fixedCable;
  settings.connectors.assign(static_cast<std::size_t>(options.connectors), hardware);
  settings.dataVendors = {options.vendor};
  settings.bootRetryFirst = settings.offlineRetryFirst = std::chrono::seconds(options.retry);
  settings.powerOffWait = std::chrono::seconds(8);
  settings.answerTimeout = std::chrono::seconds(options.timeout + 10);  // the wire knows sooner
  return settings;
}

std::unique_ptr<Journal> journalFor(const Options& options, const std::string& name) {
  if (options.stateDir.empty()) return std::make_unique<MemoryJournal>();
  auto file = std::make_unique<JournalFile>();
  const auto opened = file->open(options.stateDir + "/" + bridge::percentEncoded(name) + ".journal");
  if (!opened.good) throw bridge::BadConfiguration("option state: " + opened.problem);
  return file;
}

}  // namespace cp
