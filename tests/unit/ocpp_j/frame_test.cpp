// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of OCPP-J: what is a frame, what is ignored, and how frames are written.
#include "ocpp_j/frame.h"

#include "tests/support/test.h"

using ocpp_j::Frame;
using ocpp_j::JsonType;
using ocpp_j::readFrame;
using Kind = ocpp_j::Frame::Kind;

namespace {

Kind kindOf(std::string_view text) { return readFrame(text).kind; }

}  // namespace

TEST(FrameCall, "A CALL gives its id, action and payload") {
  const Frame frame = readFrame(R"([2,"19223201","Authorize",{"idTag":"B4F62CEF"}])");
  CPPUNIT_ASSERT(frame.kind == Kind::Call);
  CPPUNIT_ASSERT_EQUAL(std::string("19223201"), frame.id);
  CPPUNIT_ASSERT_EQUAL(std::string("Authorize"), frame.action);
  CPPUNIT_ASSERT(frame.payload().type() == JsonType::Object);
  CPPUNIT_ASSERT(frame.payload().first().key() == "idTag");
  CPPUNIT_ASSERT(frame.payload().first().text() == "B4F62CEF");
}

TEST(FrameMoved, "The payload of a frame stays readable when the frame moves") {
  Frame frame = readFrame(R"([3,"a",{"status":"Accepted"}])");
  const Frame moved = std::move(frame);
  CPPUNIT_ASSERT(moved.kind == Kind::CallResult);
  CPPUNIT_ASSERT(moved.payload().first().text() == "Accepted");
}

TEST(FrameCallError, "A CALLERROR becomes a fault in either spelling of the code (ER-4)") {
  const Frame frame = readFrame(R"([4,"a","OccurrenceConstraintViolation","no idTag",{"x":[1]}])");
  CPPUNIT_ASSERT(frame.kind == Kind::CallError);
  CPPUNIT_ASSERT(faultOf(frame).code == ocpp::FaultCode::OccurenceConstraintViolation);
  CPPUNIT_ASSERT_EQUAL(std::string("no idTag"), faultOf(frame).description);
  CPPUNIT_ASSERT(frame.payload().type() == JsonType::Object);
}

TEST(FrameUnknownError, "An unknown error code is a GenericError that still names the code") {
  const Frame frame = readFrame(R"([4,"a","Nonsense","why"])");
  CPPUNIT_ASSERT(faultOf(frame).code == ocpp::FaultCode::GenericError);
  CPPUNIT_ASSERT_EQUAL(std::string("Nonsense: why"), faultOf(frame).description);
}

TEST(FrameShort, "A frame that ends before its payload has nothing as payload") {
  CPPUNIT_ASSERT(kindOf(R"([2,"a","Heartbeat"])") == Kind::Call);
  CPPUNIT_ASSERT(!readFrame(R"([2,"a","Heartbeat"])").payload());
  CPPUNIT_ASSERT(!readFrame(R"([3,"a"])").payload());
  CPPUNIT_ASSERT(kindOf(R"([4,"a","InternalError"])") == Kind::CallError);
}

TEST(FrameOtherType, "Message types other than 2, 3, 4 are told apart from rubbish, to be ignored (section 7.3)") {
  const Frame frame = readFrame(R"([5,"a","Heartbeat",{}])");
  CPPUNIT_ASSERT(frame.kind == Kind::Ignored);
  CPPUNIT_ASSERT_EQUAL(std::string("a"), frame.id);
  CPPUNIT_ASSERT(kindOf("[0]") == Kind::Ignored);
  CPPUNIT_ASSERT(kindOf("[-2,\"a\"]") == Kind::Ignored);
}

TEST(FrameMalformed, "What is no frame is malformed, with a reason (section 7.3)") {
  for (const auto* text :
       {"", "x", "{}", "[]", "[2]", "[2,7,\"Heartbeat\",{}]", "[2,\"\",\"Heartbeat\",{}]", "[\"2\",\"a\",\"Reset\"]",
        "[2,\"a\",5,{}]", "[2,\"a\",\"Heartbeat\",{},1]", "[3,\"a\",{},{}]", "[4,\"a\"]", "[2,\"a\",\"X\",{}]x",
        "[2,\"a\",\"X\",{\"a\":01}]", "null", "3", "[3,\"a\",{}"}) {
    const Frame frame = readFrame(text);
    CPPUNIT_ASSERT_MESSAGE(text, frame.kind == Kind::Malformed);
    CPPUNIT_ASSERT_MESSAGE(text, !frame.problem.empty());
  }
}

TEST(FrameReadableId, "A malformed frame carries its id when that could be read") {
  CPPUNIT_ASSERT_EQUAL(std::string("abc"), readFrame(R"([2,"abc","Heartbeat",{"a":}])").id);
  CPPUNIT_ASSERT_EQUAL(std::string("abc"), readFrame(R"([2,"abc",5,{}])").id);
  CPPUNIT_ASSERT_EQUAL(std::string(), readFrame(R"([2,"ab)").id);
}

TEST(FrameDepth, "Nesting deeper than 32 is refused, and a hundred thousand brackets do no harm (G-8)") {
  const auto nested = [](std::size_t n) { return "[3,\"a\"," + std::string(n, '[') + std::string(n, ']') + "]"; };
  CPPUNIT_ASSERT(kindOf(nested(31)) == Kind::CallResult);
  CPPUNIT_ASSERT(kindOf(nested(32)) == Kind::Malformed);
  CPPUNIT_ASSERT(kindOf(nested(100000)) == Kind::Malformed);
}

TEST(FrameSurrogates, "A lone surrogate escape does not make the frame unreadable (L-6)") {
  const Frame lone = readFrame(R"([2,"a","X",{"v":"a\ud83db","w":"\udc00","ok":"\ud83d\udd0c \\ud83d"}])");
  CPPUNIT_ASSERT(lone.kind == Kind::Call);
  CPPUNIT_ASSERT(lone.payload().first().text() == "a\uFFFEb");
  CPPUNIT_ASSERT(lone.payload().first().next().text() == "\uFFFE");
  CPPUNIT_ASSERT(lone.payload().first().next().next().text() == "\U0001F50C \\ud83d");
}

TEST(FrameDuplicates, "Of two members with one key the last wins, in small objects and in large ones") {
  const Frame small = readFrame(R"([3,"a",{"x":1,"y":2,"x":3,"x":4}])");
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), small.payload().size());
  CPPUNIT_ASSERT(small.payload().first().key() == "y");
  CPPUNIT_ASSERT(small.payload().first().next().integer() == 4);
  CPPUNIT_ASSERT(small.payload().first().next().duplicated());
  std::string many = R"([3,"a",{"x":1)";
  for (int i = 0; i < 50; ++i) many += ",\"k" + std::to_string(i) + "\":0";
  const Frame large = readFrame(many + R"(,"x":2}])");
  CPPUNIT_ASSERT_EQUAL(std::size_t(51), large.payload().size());
  CPPUNIT_ASSERT(large.payload().first().key() == "k0");
}

TEST(FrameNumbers, "Numbers keep their digits: no binary floating point (L-9)") {
  const Frame frame =
      readFrame(R"([3,"a",[21.4,1e2,12.0,9223372036854775807,-9223372036854775808,18446744073709551616]])");
  ocpp_j::JsonValue each = frame.payload().first();
  CPPUNIT_ASSERT(each.text() == "21.4");
  each = each.next();
  CPPUNIT_ASSERT(each.text() == "1e2");
  each = each.next();
  CPPUNIT_ASSERT(each.text() == "12.0");
  each = each.next();
  CPPUNIT_ASSERT(each.integer() == INT64_MAX);
  each = each.next();
  CPPUNIT_ASSERT(each.integer() == INT64_MIN);
  CPPUNIT_ASSERT(each.next().text() == "18446744073709551616");
}

TEST(FrameWrite, "Frames are written as OCPP-J has them") {
  ocpp::Authorize::Request authorize;
  authorize.idTag = ocpp::IdToken("B4F62CEF");
  CPPUNIT_ASSERT_EQUAL(std::string(R"([2,"a\"b","Authorize",{"idTag":"B4F62CEF"}])"),
                       ocpp_j::writeCall("a\"b", authorize));
  CPPUNIT_ASSERT_EQUAL(std::string(R"([3,"1",{}])"), ocpp_j::writeCallResult("1", ocpp::MeterValues::Response{}));
  CPPUNIT_ASSERT_EQUAL(std::string(R"([4,"1","OccurenceConstraintViolation","/idTag: missing",{}])"),
                       ocpp_j::writeCallError("1", {ocpp::FaultCode::OccurenceConstraintViolation, "/idTag: missing"}));
}

TEST(FrameErrorLength,
     "An error description is cut to 255 characters, not bytes, and codes without a word are GenericError (ER-5)") {
  std::string description;
  for (int i = 0; i < 300; ++i) description += "\u00e9";
  const Frame frame = readFrame(ocpp_j::writeCallError("1", {ocpp::FaultCode::IdentityMismatch, description}));
  CPPUNIT_ASSERT_EQUAL(std::size_t(510), frame.errorDescription.size());
  CPPUNIT_ASSERT_EQUAL(std::string("GenericError"), frame.errorCode);
}
