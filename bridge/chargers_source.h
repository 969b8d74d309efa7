// SPDX-License-Identifier: GPL-2.0-or-later
// The chargers file over the life of the process: read at the start, and again on SIGHUP without ever losing more than
// what is wrong with it (C8).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bridge/chargers_file.h"

namespace bridge {

class ChargersSource {
 public:
  /// `options` outlives it.
  explicit ChargersSource(const Options& options) : options_(options) {}

  /// Reads the file for the first time; without --chargers there is nobody. Throws BadConfiguration for whatever is
  /// wrong with it, naming all of it.
  const ChargersFile& load();
  /// Reads it again. A charger of which something is wrong keeps its former settings, or stays unknown if it has none;
  /// all others are as the file says. Throws BadConfiguration where the file cannot be read at all, and what `check`
  /// throws; then all stay. May be called by any thread, one at a time.
  using Check = std::function<void(const ChargersFile&)>;
  const ChargersFile& reload(const Check& check = {});

  /// What load() or reload() have found wrong with single chargers, one sentence each with file and line.
  const std::vector<std::string>& problems() const { return problems_; }
  /// What the operator should do about files that are too open, one sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  ParsedChargers read();
  void judge(ParsedChargers& parsed, const std::string& identity) const;
  void keepFormer(ParsedChargers& parsed);

  const Options& options_;
  ChargersFile chargers_;
  std::vector<std::string> problems_, warnings_;
};

}  // namespace bridge
