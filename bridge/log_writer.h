// SPDX-License-Identifier: GPL-2.0-or-later
// Takes lines to a file, pipe or journal whose reader may stall, without ever holding up who says them (C7).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bridge {

struct LogWriterLimits {
  std::size_t bytes = std::size_t(4) * 1024 * 1024;  ///< Of all lines that are not written yet.
  std::size_t lines = 20000;
  std::chrono::milliseconds atExit{1000};  ///< The destructor waits no longer for the reader.
};

/// A bounded queue and a thread that writes. What does not fit, or cannot be written, is dropped and counted; as soon
/// as lines flow again `notice` gives the line that tells the count.
class LogWriter {
 public:
  using Notice = std::function<std::string(std::uint64_t dropped)>;

  /// `fd` stays open and is not changed (others share it). `notice` is called on any thread.
  LogWriter(int fd, Notice notice, LogWriterLimits limits = {});
  /// What is queued is written if that takes no longer than `atExit`.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Takes a line with its line end, or a block of lines. Never waits. Thread-safe.
  void write(std::string&& lines);
  /// All that was not written and will not be. Thread-safe.
  std::uint64_t dropped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread, which is left behind where its write() hangs
};

}  // namespace bridge
