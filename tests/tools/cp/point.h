// SPDX-License-Identifier: GPL-2.0-or-later
// One charge point: a station, the board under it, what it keeps, and the wire.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bridge/deadlines.h"
#include "station/journal.h"
#include "station/station.h"
#include "tests/tools/common/later.h"
#include "tests/tools/cp/board.h"
#include "tests/tools/cp/wire.h"

namespace cp {

class Point : private bridge::Deadlines::Node {
 public:
  /// What somebody at the charge point sees.
  struct Events {
    std::function<void()> changed;                                          ///< Something may be different now.
    std::function<void(int connector, station::TagOutcome outcome)> shown;  ///< Display.
    std::function<void(station::Level level, const std::string& text)> noted;
  };

  /// Everything given outlives it. `name` is the chargeBoxIdentity.
  Point(Wire& wire, std::string name, std::unique_ptr<station::Journal> journal);
  ~Point() override;

  void watch(Events events) { events_ = std::move(events); }
  const std::string& name() const { return name_; }

  // The power supply. Without it nothing answers; what is not kept is forgotten.
  void switchOn();
  void switchOff();
  bool isOn() const { return station_ != nullptr; }

  // The board; connectors count from 1. Nothing happens while it is off, but plugs and registers are remembered.
  void plug(int connector, station::Plug plug);
  void evDraws(int connector, bool draws);
  void setRegister(int connector, std::int64_t wattHours);
  /// Anything else: `event` gets the station, with fresh meters, and the time.
  void board(const std::function<void(station::Station&, station::Steady)>& event);
  Board& hardware() { return board_; }

  // Its time. It runs like everybody's, and can be sent ahead.
  Moment clock() const;
  /// So much time goes by at once; what is due then happens.
  void live(Moment time);
  /// Until something is due by itself.
  std::optional<Moment> untilDue() const;

  /// How the central system is answered from now on.
  void misbehave(Misbehaviour how) { wire_.misbehave(std::move(how)); }

  /// Nothing while it is off.
  station::View view() const;
  /// Everything that was to be said has been answered.
  bool quiet() const;

 private:
  void onDeadline() override;
  station::Steady now() const;
  void meters();
  void drain();
  void commit();
  void arm();

  void execute(const station::Effect& effect);
  void on(const station::Send& send);
  void on(const station::Answer& answer);
  void on(const station::Keep& keep);
  void on(const station::Forget& forget);
  void on(const station::SetContactor& contactor);
  void on(const station::SetLimit& limit);
  void contactorOpened(int connector);
  void on(const station::Lock& lock);
  void on(const station::Unlock& unlock);
  void on(const station::Reboot& reboot);
  void on(const station::Upload& upload);
  void on(const station::Download& download);
  void on(const station::Install& install);
  void on(const station::Data& data);
  void on(const station::DataAnswered& answered);
  void on(const station::ShowTag& shown);
  void on(const station::Note& note);
  void on(const station::SetClock&) {}    // no clock of its own
  void on(const station::Configured&) {}  // no keys of its own
  void onCall(Call&& call);
  void note(station::Level level, const std::string& text) const;

  Wire& wire_;
  std::string name_;
  std::unique_ptr<station::Journal> journal_;
  Board board_;
  Events events_;
  std::unique_ptr<station::Station> station_;
  Moment poweredAt_{}, skipped_{};
  std::uint64_t exchange_ = 0;  ///< With the central system; 0 = none.
  station::CallId lastCall_ = 0;
  std::map<station::CallId, Call> calls_;
  tool::Later later_;
  std::size_t run_ = 0;  ///< Power-ups; what belongs to an earlier one is over.
  bool pending_ = false, draining_ = false, broken_ = false;
  std::optional<bool> installed_;
  bool installable_ = true;  ///< What was downloaded.
};

/// What the options say about the charge point.
station::Settings settingsFor(const Options& options);
/// In a file of the state directory, or in memory. Throws bridge::BadConfiguration.
std::unique_ptr<station::Journal> journalFor(const Options& options, const std::string& name);

}  // namespace cp
