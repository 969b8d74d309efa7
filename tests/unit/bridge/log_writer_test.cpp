// SPDX-License-Identifier: GPL-2.0-or-later
// C7: a reader of the log that stalls, leaves or comes back stops nothing.
#include "bridge/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bridge/log.h"
#include "tests/support/test.h"

using namespace bridge;
using Moment = std::chrono::steady_clock;

namespace {

struct Pipe {
  Pipe() { CPPUNIT_ASSERT_EQUAL(0, ::pipe2(ends.data(), O_CLOEXEC)); }
  ~Pipe() {
    closeReader();
    ::close(ends[1]);
  }
  void closeReader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  /// Reads until `text` has come; fails after ten seconds.
  std::string readUntil(const std::string& text) {
    std::string all;
    char buffer[65536];
    while (all.find(text) == std::string::npos) {
      pollfd readable{ends[0], POLLIN, 0};
      CPPUNIT_ASSERT_MESSAGE("waited in vain for " + text, ::poll(&readable, 1, 10000) == 1);
      const ssize_t n = ::read(ends[0], buffer, sizeof buffer);
      CPPUNIT_ASSERT(n > 0);
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return all;
  }
  /// What comes before `most` is over, or "".
  std::string readWithin(std::chrono::milliseconds most) {
    pollfd readable{ends[0], POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(most.count())) != 1) return "";
    char buffer[65536];
    const ssize_t n = ::read(ends[0], buffer, sizeof buffer);
    return std::string(buffer, static_cast<std::size_t>(std::max<ssize_t>(0, n)));
  }
  std::array<int, 2> ends{-1, -1};
};

std::string lost(std::uint64_t lines) { return "lost " + std::to_string(lines) + "\n"; }

std::string numbered(int i) { return "line " + std::to_string(i) + std::string(1000, '.') + "\n"; }

int milliseconds(Moment::time_point since) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(Moment::now() - since).count());
}

}  // namespace

TEST(logWriterStalled, "C7: a reader that stalls holds up neither who writes nor the end of the process") {
  Pipe pipe;
  const auto begin = Moment::now();
  {
    LogWriterLimits limits;
    limits.bytes = 500000;
    limits.atExit = std::chrono::milliseconds(100);
    LogWriter writer(pipe.ends[1], lost, limits);
    for (int i = 0; i < 20000; ++i) writer.write(numbered(i));
    CPPUNIT_ASSERT(writer.dropped() > 10000);
  }
  CPPUNIT_ASSERT(milliseconds(begin) < 5000);
  pipe.readUntil("line 400");  // the thread left behind ends
}

TEST(logWriterFlows, "C7: when the reader reads again one line tells how many were lost, and the next ones come") {
  Pipe pipe;
  LogWriterLimits limits;
  limits.lines = 200;
  LogWriter writer(pipe.ends[1], lost, limits);
  writer.write(std::string(200000, 'x') + "\n");  // more than a pipe holds: the thread waits for the reader
  pipe.readUntil("x");
  for (int i = 0; i < 1000; ++i) writer.write(numbered(i));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{801}, writer.dropped());
  std::string all = pipe.readUntil("lost 801\n");
  writer.write("afterwards\n");
  all += pipe.readUntil("afterwards\n");
  CPPUNIT_ASSERT_EQUAL(all.find("lost "), all.rfind("lost "));
  CPPUNIT_ASSERT_EQUAL(202, static_cast<int>(std::count(all.begin(), all.end(), '\n')));
}

TEST(logWriterLines, "C7: bounded in lines as well as in bytes") {
  Pipe pipe;
  LogWriterLimits limits;
  limits.lines = 10;
  limits.atExit = std::chrono::milliseconds(10);
  LogWriter writer(pipe.ends[1], lost, limits);
  writer.write(std::string(200000, 'x') + "\n");
  for (int i = 0; i < 100; ++i) writer.write("short\n");
  CPPUNIT_ASSERT(writer.dropped() >= 90);
  pipe.readUntil("lost ");
}

TEST(logWriterGone, "C7: a reader that is gone, or a full disk, costs lines and nothing else") {
  Pipe pipe;
  pipe.closeReader();
  LogWriter writer(pipe.ends[1], lost);
  writer.write("to nobody\n");
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  {
    LogWriter disk(full, lost);
    for (int i = 0; i < 1000; ++i) disk.write(numbered(i));
  }
  ::close(full);
}

TEST(logWriterFile, "all lines are in a file, in their order, when the log has ended") {
  const std::string path = "build/tests/log_writer_" + std::to_string(::getpid());
  std::filesystem::create_directories("build/tests");
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  CPPUNIT_ASSERT(file >= 0);
  {
    Log log(file, {});
    for (int i = 0; i < 5000; ++i) log.line(Log::Level::Info, "", "listening", std::to_string(i));
  }
  ::close(file);
  std::ifstream in(path);
  int count = 0;
  for (std::string line; std::getline(in, line); ++count)
    CPPUNIT_ASSERT_MESSAGE(line, line.find("listening: " + std::to_string(count)) != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(5000, count);
  std::filesystem::remove(path);
}

TEST(logWriterThrows, "C6: what the writing thread throws costs lines, and neither the process nor the lines behind") {
  Pipe pipe;
  int asked = 0;
  LogWriterLimits limits;
  limits.lines = 1;
  LogWriter writer(
      pipe.ends[1],
      [&](std::uint64_t lines) {
        if (++asked == 1) throw std::runtime_error("no memory");
        return lost(lines);
      },
      limits);
  for (int i = 0; i < 2000; ++i) writer.write(numbered(i));  // more than the pipe takes
  CPPUNIT_ASSERT(writer.dropped() > 0);
  std::string read;
  for (int i = 0; i < 10000 && read.find("lost ") == read.npos; ++i) {
    writer.write("after\n");
    read += pipe.readWithin(std::chrono::milliseconds(1));
  }
  CPPUNIT_ASSERT(read.find("lost ") != read.npos);
  CPPUNIT_ASSERT(asked >= 2);
}
