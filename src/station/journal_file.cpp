// SPDX-License-Identifier: GPL-2.0-or-later
// Writing, reading and compacting the file of a journal.
#include "station/journal_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace station {

namespace {

// A batch: marker, length of the body, checksum of the body, body. Numbers are 32 bits, least significant byte first.
constexpr std::string_view marker = "\xC4\x9BJ1";
constexpr std::size_t headBytes = 12;
constexpr std::size_t longestBatch = 1 << 24;
// Below this size a file is not compacted: rewriting costs more than it frees.
constexpr std::uint64_t smallFile = 64 * 1024;

void putNumber(std::string& to, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) to += static_cast<char>(number >> (8 * i) & 0xFF);
}

std::uint32_t numberAt(std::string_view from, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[at + i])) << (8 * i);
  return number;
}

bool writeAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool readAll(int file, std::string& to) {
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    to.append(buffer, static_cast<std::size_t>(got));
  }
}

// A new name is durable only when its directory is.
bool syncDirectory(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int handle = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return false;
  const bool good = ::fsync(handle) == 0;
  ::close(handle);
  return good;
}

void putChange(std::string& body, std::string_view key, const std::optional<std::string>& value) {
  body += value ? '+' : '-';
  putNumber(body, static_cast<std::uint32_t>(key.size()));
  body += key;
  putNumber(body, static_cast<std::uint32_t>(value ? value->size() : 0));
  if (value) body += *value;
}

std::string framed(const std::string& body) {
  std::string batch(marker);
  putNumber(batch, static_cast<std::uint32_t>(body.size()));
  putNumber(batch, crc32(body));
  return batch + body;
}

// The body of the batch that begins at `at`; nullptr data when there is none.
std::string_view batchAt(std::string_view text, std::size_t at) {
  if (text.size() - at < headBytes || text.substr(at, marker.size()) != marker) return {};
  const std::size_t length = numberAt(text, at + 4);
  if (length > longestBatch || length > text.size() - at - headBytes) return {};
  const std::string_view body = text.substr(at + headBytes, length);
  return crc32(body) == numberAt(text, at + 8) ? body : std::string_view();
}

// Takes `length:bytes` from the front; false when it is not there.
bool takeText(std::string_view& from, std::string& to) {
  if (from.size() < 4) return false;
  const std::size_t length = numberAt(from, 0);
  if (length > from.size() - 4) return false;
  to = std::string(from.substr(4, length));
  from.remove_prefix(4 + length);
  return true;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t sum = 0xFFFFFFFFu;
  for (const char c : bytes) sum = (sum >> 8) ^ table[(sum ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~sum;
}

JournalFile::~JournalFile() {
  if (file_ >= 0) ::close(file_);
}

JournalFile::Opened JournalFile::open(const std::string& path) {
  path_ = path;
  ::unlink((path + ".new").c_str());  // of a rewrite that the power loss interrupted
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  std::string text;
  if (file_ < 0 || !readAll(file_, text)) {
    Opened failed;
    failed.problem = "cannot open the journal " + path + ": " + std::strerror(errno);
    return failed;
  }
  Opened opened = load(text);
  // What is behind the last whole batch would stand before the next one.
  if (::ftruncate(file_, static_cast<off_t>(size_)) != 0 || ::lseek(file_, static_cast<off_t>(size_), SEEK_SET) < 0 ||
      !syncDirectory(path)) {
    opened.problem = "cannot write the journal " + path + ": " + std::strerror(errno);
    return opened;
  }
  opened.good = true;
  if (opened.lost > 0)
    opened.problem = "the journal " + path + " had " + std::to_string(opened.lost) + " bytes that were not whole";
  return opened;
}

JournalFile::Opened JournalFile::load(const std::string& text) {
  Opened opened;
  std::size_t at = 0;
  while (at < text.size()) {
    std::string_view body = batchAt(text, at);
    if (body.data() == nullptr) {
      const std::size_t next = text.find(marker, at + 1);
      opened.lost += (next == std::string::npos ? text.size() : next) - at;
      if (next == std::string::npos) break;
      at = next;
      continue;
    }
    at += headBytes + body.size();
    size_ = at;
    ++opened.batches;
    std::string key, value;
    while (!body.empty()) {
      const bool erased = body.front() == '-';
      body.remove_prefix(1);
      if (!takeText(body, key) || !takeText(body, value)) break;
      apply(key, erased ? std::nullopt : std::optional(value));
    }
  }
  return opened;
}

void JournalFile::apply(const std::string& key, const std::optional<std::string>& value) {
  const auto old = values_.find(key);
  if (old != values_.end()) {
    liveBytes_ -= old->first.size() + old->second.size();
    values_.erase(old);
  }
  if (!value) return;
  liveBytes_ += key.size() + value->size();
  values_[key] = *value;
}

void JournalFile::put(std::string key, std::string value) { pending_[std::move(key)] = std::move(value); }

// What the file never had needs no erasure: so what comes and goes while the medium is full leaves nothing behind.
void JournalFile::erase(std::string key) {
  if (values_.count(key) > 0)
    pending_[std::move(key)] = std::nullopt;
  else
    pending_.erase(key);
}

bool JournalFile::commit() {
  if (renamed_) renamed_ = !syncDirectory(path_);
  if (pending_.empty() && !torn_) return !renamed_;
  if (file_ < 0) return false;
  std::string body;
  for (const auto& [key, value] : pending_) putChange(body, key, value);
  if (torn_ || body.size() + headBytes > longestBatch) {
    Values values = values_;
    for (const auto& [key, value] : pending_)
      if (value)
        values[key] = *value;
      else
        values.erase(key);
    if (!rewrite(values)) return false;
  } else if (!append(framed(body))) {
    return false;
  }
  for (const auto& [key, value] : pending_) apply(key, value);
  pending_.clear();
  // A failed rewrite leaves the old file, which is complete.
  if (size_ > smallFile && size_ > 4 * liveBytes_) rewrite(values_);
  return !renamed_;
}

bool JournalFile::append(const std::string& batch) {
  if (writeAll(file_, batch) && ::fsync(file_) == 0) {
    size_ += batch.size();
    return true;
  }
  // What was refused must not count at the next start; and half a batch costs space that seems to be short.
  torn_ = ::ftruncate(file_, static_cast<off_t>(size_)) != 0 || ::lseek(file_, static_cast<off_t>(size_), SEEK_SET) < 0;
  return false;
}

bool JournalFile::rewrite(const Values& values) {
  const std::string beside = path_ + ".new";
  const int file = ::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  std::uint64_t size = 0;
  bool good = true;
  std::string body;
  const auto flush = [&] {
    const std::string batch = framed(body);
    good = good && batch.size() <= longestBatch && writeAll(file, batch);
    size += batch.size();
    body.clear();
  };
  for (const auto& [key, value] : values) {
    putChange(body, key, value);
    if (body.size() > smallFile) flush();
  }
  if (!body.empty()) flush();
  good = good && ::fsync(file) == 0 && std::rename(beside.c_str(), path_.c_str()) == 0;
  if (!good) {
    ::close(file);
    ::unlink(beside.c_str());
    return false;
  }
  renamed_ = !syncDirectory(path_);
  ::close(file_);
  file_ = file;
  size_ = size;
  torn_ = false;
  return true;
}

void JournalFile::replay(const std::function<void(const std::string&, const std::string&)>& visit) const {
  for (const auto& [key, value] : values_) visit(key, value);
}

}  // namespace station
