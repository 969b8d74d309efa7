// SPDX-License-Identifier: GPL-2.0-or-later
// One line of fixed length, written over itself.
#include "bridge/promised_count.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

namespace bridge {

namespace {

constexpr const char* format = "messages %020" PRId64 " transactions %020" PRId64 "\n";

std::string count(std::int64_t missing, const char* what) {
  return std::to_string(missing) + " " + what + (missing == 1 ? "" : "s");
}

}  // namespace

Promised promisedIn(Database& database) {
  Promised promised;
  Statement rows(database, "SELECT name, seq FROM sqlite_sequence WHERE name IN ('queued', 'tx')");
  while (rows.step()) (rows.text(0) == "tx" ? promised.transactions : promised.messages) = rows.number(1);
  return promised;
}

PromisedCount::PromisedCount(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

PromisedCount::~PromisedCount() {
  if (file_ >= 0) ::close(file_);
}

std::string PromisedCount::missing(const Promised& there) const {
  std::array<char, 128> text{};
  if (file_ < 0 || ::pread(file_, text.data(), text.size() - 1, 0) <= 0) return "";
  Promised was;
  if (std::sscanf(text.data(), "messages %" SCNd64 " transactions %" SCNd64, &was.messages, &was.transactions) != 2)
    return "";
  const std::int64_t messages = was.messages - there.messages, transactions = was.transactions - there.transactions;
  if (messages <= 0 && transactions <= 0) return "";
  return "up to " + count(std::max<std::int64_t>(0, messages), "message") + " and " +
         count(std::max<std::int64_t>(0, transactions), "transaction") +
         " that were kept are not in the database any more: the end of its log (-wal) was damaged or lost, or an older "
         "copy was put in its place";
}

void PromisedCount::write(const Promised& now) {
  if (file_ < 0 || now == written_) return;
  written_ = now;
  std::array<char, 128> text{};
  const int length = std::snprintf(text.data(), text.size(), format, now.messages, now.transactions);
  if (::pwrite(file_, text.data(), static_cast<std::size_t>(length), 0) < 0) return;
}

}  // namespace bridge
