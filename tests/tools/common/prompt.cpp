// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the standard input when there is something to read.
#include "tests/tools/common/prompt.h"

#include <unistd.h>

#include <cerrno>

#include "bridge/watch.h"

namespace tool {

Prompt::Prompt(bridge::Loop& loop, std::function<void(const std::string&)> line) : loop_(loop), line_(std::move(line)) {
  bridge::bindWatcher<bridge::EventSource::Other, &Prompt::onReadable>(watch_, *this);
  ev_io_set(&watch_, STDIN_FILENO, EV_READ);
  ev_io_start(loop_.raw(), &watch_);
}

Prompt::~Prompt() { ev_io_stop(loop_.raw(), &watch_); }

void Prompt::onReadable(int) {
  char buffer[4096];
  const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    ev_io_stop(loop_.raw(), &watch_);
    if (!held_.empty()) line_(held_);
    return;
  }
  held_.append(buffer, static_cast<std::size_t>(size));
  for (std::size_t end; (end = held_.find('\n')) != std::string::npos;) {
    const std::string line = held_.substr(0, end);
    held_.erase(0, end + 1);
    line_(line);
  }
}

}  // namespace tool
