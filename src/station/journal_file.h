// SPDX-License-Identifier: GPL-2.0-or-later
// JournalFile: a Journal in one file that is safe against power loss. The one place of src/station that touches files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "station/journal.h"

namespace station {

/// The file is a sequence of batches, each with its length and a checksum; a batch is what one commit() wrote. A batch
/// that was cut off by a power loss is dropped at the next open(); one that the medium damaged is skipped, and those
/// behind it still count. When most of the file is history it is written anew beside the old one and renamed over it;
/// so it is when the pending changes are too many for one batch, or when a failed write left something at the end.
class JournalFile : public Journal {
 public:
  /// What open() met.
  struct Opened {
    bool good = false;    ///< False: the file cannot be read or made; `problem` says why.
    std::string problem;  ///< For the log; names the file.
    std::size_t batches = 0;
    std::size_t lost = 0;  ///< Bytes that were no batch: a torn tail, or damage.
  };

  JournalFile() = default;
  ~JournalFile() override;
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;

  /// Opens or makes the file. One process at a time; that is for the caller to ensure.
  Opened open(const std::string& path);

  void put(std::string key, std::string value) override;
  void erase(std::string key) override;
  bool commit() override;
  void replay(const std::function<void(const std::string&, const std::string&)>& visit) const override;

  std::uint64_t bytes() const { return size_; }
  std::size_t pending() const { return pending_.size(); }  ///< Changes that are not committed.

 private:
  using Values = std::map<std::string, std::string>;
  using Changes = std::map<std::string, std::optional<std::string>>;  ///< Nothing: erased.
  Opened load(const std::string& text);
  void apply(const std::string& key, const std::optional<std::string>& value);
  bool append(const std::string& batch);
  bool rewrite(const Values& values);

  std::string path_;
  int file_ = -1;
  std::uint64_t size_ = 0;       ///< Of the file up to the last whole batch.
  std::uint64_t liveBytes_ = 0;  ///< Of the values that count.
  bool torn_ = false;            ///< Behind `size_` stands what could not be cut off.
  bool renamed_ = false;         ///< The file was written anew, and its name may not be durable yet.
  Values values_;
  Changes pending_;
};

/// CRC-32 (IEEE 802.3).
std::uint32_t crc32(std::string_view bytes);

}  // namespace station
