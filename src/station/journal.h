// SPDX-License-Identifier: GPL-2.0-or-later
// Journal: where a charge point keeps what must outlive its power supply; an interface with a twin in memory.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace station {

/// Named values. The station's effects Keep and Forget become put() and erase(); whoever executes effects calls
/// commit() before the next effect that is neither, and when there is none left. So what was promised to a peer is
/// durable, and what belongs together is kept together.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void put(std::string key, std::string value) = 0;
  virtual void erase(std::string key) = 0;
  /// Makes all changes since the last commit() durable, all or none of them. False when the medium refused; the changes
  /// then stay pending, of each key the last one, and the next commit() tries again. Whoever executes effects goes on
  /// and reports a fault of the board (InternalError): a station that cannot remember is better than one that does not
  /// charge.
  virtual bool commit() = 0;
  /// Gives every value in the order of the keys, for Station::restore().
  virtual void replay(const std::function<void(const std::string& key, const std::string& value)>& visit) const = 0;
};

/// For tests and simulated boards: survives a Station, not the process.
class MemoryJournal : public Journal {
 public:
  void put(std::string key, std::string value) override { values_[std::move(key)] = std::move(value); }
  void erase(std::string key) override { values_.erase(key); }
  bool commit() override { return true; }
  void replay(const std::function<void(const std::string&, const std::string&)>& visit) const override {
    for (const auto& [key, value] : values_) visit(key, value);
  }
  std::size_t size() const { return values_.size(); }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace station
