// SPDX-License-Identifier: GPL-2.0-or-later
// One charge point that runs sessions by itself, or thousands of them; numbers while they run and at the end.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/tools/cp/turns.h"

namespace cp {

class Fleet {
 public:
  using Done = std::function<void(int status)>;

  /// Switches the charge points on over --spread. `done` is called once, when all sessions are over. Throws
  /// bridge::BadConfiguration.
  Fleet(Wire& wire, std::ostream& out, Done done);

  /// A line of the prompt: `requests N`, for a fleet in turns.
  void command(const std::string& line);
  /// The numbers of the whole run, for people. Returns the exit status: 0 if nothing failed.
  int summary();

 private:
  struct Member {
    std::unique_ptr<Point> point;
    std::unique_ptr<Sessions> sessions;
  };
  void begin(std::size_t index);
  /// `quiet`: only those that have said everything.
  std::size_t registered(bool quiet) const;
  void report();
  void onSession(const std::string& name, const std::string& problem);

  Wire& wire_;
  std::ostream& out_;
  Done done_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  std::uint64_t good_ = 0, bad_ = 0, lastSent_ = 0;
  std::size_t begun_ = 0;
  bool allTold_ = false;  ///< That all are registered.
  std::vector<Member> members_;
  Turns turns_;
  bridge::Timer starter_, reporter_;
};

}  // namespace cp
