// SPDX-License-Identifier: GPL-2.0-or-later
// Which identities that the chargers file does not name are kept (--auto-register, AU-1, C8).
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "ocpp/time.h"

namespace bridge {

/// A stranger is on trial until the back-end has accepted its boot: it is served, but nothing of it is kept, and among
/// many strangers it may have to go. Then it is registered, and stays.
class Registrations {
 public:
  struct Limits {
    std::size_t registered = 50000;  ///< --max-chargers; those on trial included.
    std::size_t trial = 500;
    ocpp::Duration rest = std::chrono::minutes(5);  ///< Who was heard within it does not give way to another.
  };
  enum class Standing { Trial, Registered };
  struct Verdict {
    std::optional<Standing> standing;  ///< Nothing: there is no room, now.
    std::string givesWay;              ///< The identity on trial that has to be let go for it, or "".
  };

  explicit Registrations(const Limits& limits) : limits_(limits) {}

  /// Somebody speaks as `identity`, which no file names. Time is given by the caller.
  Verdict heard(const std::string& identity, ocpp::Steady now);
  /// The back-end has accepted its boot. True: it was on trial until now.
  bool accepted(const std::string& identity);
  /// It was registered by an earlier process, and is no longer on trial here. False: there is no room.
  bool restored(const std::string& identity);
  /// It is let go, or named by the chargers file.
  void forget(const std::string& identity);

  std::optional<Standing> standing(const std::string& identity) const;
  std::size_t onTrial() const { return trials_.size(); }
  std::size_t registered() const { return known_.size() - trials_.size(); }

 private:
  struct Trial {
    std::string identity;
    ocpp::Steady heard{};
  };
  using Trials = std::list<Trial>;  // longest unheard first

  Limits limits_;
  Trials trials_;
  std::unordered_map<std::string, std::optional<Trials::iterator>> known_;  // nothing = registered
};

}  // namespace bridge
