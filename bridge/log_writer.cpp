// SPDX-License-Identifier: GPL-2.0-or-later
// A thread of its own writes: no flag of the file description is touched, which other processes may share.
#include "bridge/log_writer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace bridge {

struct LogWriter::State {
  State(int theFd, Notice&& theNotice, const LogWriterLimits& theLimits)
      : fd(theFd), notice(std::move(theNotice)), limits(theLimits) {}
  void run();
  std::uint64_t writeAll(const std::vector<std::string>& batch) const;
  bool writeOne(std::string_view text) const;

  const int fd;
  const Notice notice;
  const LogWriterLimits limits;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> queue;
  std::size_t lines = 0, bytes = 0;  // queued, and on their way
  std::uint64_t untold = 0;          // dropped since the last notice
  std::uint64_t dropped = 0;
  bool flows = true;  // the last write succeeded
  bool ending = false, ended = false;
};

bool LogWriter::State::writeOne(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno == EAGAIN) {  // whoever shares the file has made it so
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (written == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// How many could not be written.
std::uint64_t LogWriter::State::writeAll(const std::vector<std::string>& batch) const {
  std::uint64_t failed = 0;
  std::string together;
  std::size_t count = 0;
  const auto flush = [&] {
    if (!writeOne(together)) failed += count;
    together.clear();
    count = 0;
  };
  for (const std::string& each : batch) {
    together += each;
    ++count;
    if (together.size() >= 16384) flush();
  }
  flush();
  return failed;
}

void LogWriter::State::run() {
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return ending || !queue.empty() || (untold > 0 && flows); });
    std::vector<std::string> batch;
    batch.swap(queue);
    // What was dropped was dropped behind the lines of this batch, for they filled the queue.
    const std::uint64_t tell = untold;
    untold = 0;
    if (batch.empty() && tell == 0) break;  // ending
    const std::size_t taken = lines, size = bytes;
    lock.unlock();
    std::uint64_t failed = batch.size();
    bool told = tell == 0;
    try {  // C6: no thread may end the process
      failed = writeAll(batch);
      told = told || (failed == 0 && writeOne(notice(tell)));
    } catch (...) {}  // counted as lost, and told when lines flow again
    lock.lock();
    lines -= taken;
    bytes -= size;
    dropped += failed;
    untold += failed + (told ? 0 : tell);
    flows = failed == 0 && told;
    if (ending && !flows) break;
  }
  ended = true;
  changed.notify_all();
}

LogWriter::LogWriter(int fd, Notice notice, LogWriterLimits limits)
    : state_(std::make_shared<State>(fd, std::move(notice), limits)) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the new thread takes no signal from the loop
  std::thread([state = state_] { state->run(); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogWriter::~LogWriter() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, state_->limits.atExit, [this] { return state_->ended; });
}

void LogWriter::write(std::string&& text) {
  State& s = *state_;
  const std::lock_guard<std::mutex> lock(s.mutex);
  if (s.lines >= s.limits.lines || s.bytes + text.size() > s.limits.bytes) {
    ++s.untold;
    ++s.dropped;
    return;
  }
  ++s.lines;
  s.bytes += text.size();
  s.queue.push_back(std::move(text));
  s.changed.notify_one();
}

std::uint64_t LogWriter::dropped() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->dropped;
}

}  // namespace bridge
