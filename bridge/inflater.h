// SPDX-License-Identifier: GPL-2.0-or-later
// Content-Encoding of HTTP bodies: gzip and deflate, taken apart as they come and never beyond a limit (QUIRKS H4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace bridge {

enum class ContentCoding : std::uint8_t { Identity, Gzip, Deflate, Unknown };

/// What a Content-Encoding field names; more than one coding is Unknown.
ContentCoding contentCoding(std::string_view value);

/// Takes one body. Memory: about 40 KiB while it lives.
class Inflater {
 public:
  enum class Outcome {
    Good,
    Corrupt,  ///< Not what the coding promises, or more behind its end.
    TooBig,   ///< More than an honest text can grow.
    Full      ///< The limit is reached; goOn() with a higher one, or leave it.
  };
  /// Above this size the text may be at most `mostGrowth` times as long as what came.
  static constexpr std::size_t freeGrowth = 64 * 1024;
  static constexpr std::size_t mostGrowth = 100;  // honest messages were seen to reach 36
  static constexpr std::size_t memory = 40 * 1024;

  /// Gzip, or Deflate: with the frame of zlib as RFC 9110 wants it, or bare as some send it.
  explicit Inflater(ContentCoding coding);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Appends the text of `bytes` to `out`, which never grows beyond `limit`. A body that begins like XML is no
  /// compressed one, whatever its header says: it is copied.
  Outcome feed(std::string_view bytes, std::string& out, std::size_t limit);
  /// After Full: with what did not fit, under a higher limit.
  Outcome goOn(std::string& out, std::size_t limit);
  /// The end was seen; also true before the first byte.
  bool complete() const { return early_.empty() && state_ != State::Running; }
  /// The body was not compressed.
  bool plain() const { return state_ == State::Plain; }

 private:
  enum class State : std::uint8_t { Empty, Plain, Running, Ended };

  bool begin(std::string_view first);
  Outcome copy(std::string_view bytes, std::string& out, std::size_t limit);
  Outcome inflatePiece(std::string_view bytes, std::string& out, std::size_t limit);

  ContentCoding coding_;
  State state_ = State::Empty;
  std::size_t received_ = 0;
  std::string early_;             // the first byte, while the second is needed to tell zlib's frame
  std::string spilled_, unread_;  // when Full: text that did not fit, and bytes behind it
  std::unique_ptr<z_stream_s> stream_;
};

}  // namespace bridge
