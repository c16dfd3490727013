// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace testing_files;
using ::testing::Test;
using Kind = FileValue::Kind;

Status failure(const std::string& content) { return parse(content).status(); }

TEST(Pickle, ReadsContainersAndNumbers) {
  const auto tree =
      parse(pickle("}(" + pickle_text("a") + "K\x07" + pickle_text("b") + "](G\x3f\xe0" +
                   std::string(6, '\0') + "NI01\ne" + pickle_text("c") +
                   std::string("\x8a\x02\x00\xff"
                               "u",
                               5)));
  ASSERT_TRUE(tree.ok()) << tree.status().to_string();
  EXPECT_EQ(tree->format, "pickle");
  EXPECT_EQ(tree->root.find("a")->integer, 7);
  const FileValue* list = tree->root.find("b");
  ASSERT_EQ(list->items.size(), 3u);
  EXPECT_EQ(list->items[0].real, 0.5);
  EXPECT_TRUE(list->items[1].is(Kind::kNone));
  EXPECT_TRUE(list->items[2].is(Kind::kBool));
  EXPECT_EQ(tree->root.find("c")->integer, -256);
}

TEST(Pickle, LaterEntryOfADictionaryWins) {
  const auto tree = parse(pickle("}(" + pickle_text("a") + "K\x01" + pickle_text("a") + "K\x02u"));
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->root.find("a")->integer, 2);
  EXPECT_EQ(tree->root.items.size(), 1u);
}

TEST(Pickle, RefusesEveryOtherNameByName) {
  for (const std::string name : {"os\nsystem",
                                 "posix\nsystem",
                                 "builtins\neval",
                                 "__builtin__\ngetattr",
                                 "subprocess\nPopen",
                                 "torch\nload",
                                 "numpy\nload",
                                 "torch.nn.modules.conv\nConv2d",
                                 "torch._utils\n_rebuild_device_tensor_from_numpy"}) {
    const Status status = failure(pickle("c" + name + "\n" + pickle_text("true") + "\x85R"));
    EXPECT_EQ(status.code(), Code::kUnsupported) << name;
    std::string dotted = name;
    dotted[dotted.find('\n')] = '.';
    EXPECT_NE(status.message().find("'" + dotted + "'"), std::string::npos) << status.message();
  }
}

TEST(Pickle, ObjectsBesideTheWeightsAreValuesThatSayTheirClass) {
  const auto tree =
      parse(pickle("}" + pickle_text("args") + "cargparse\nNamespace\n)\x81}" + pickle_text("lr") +
                   "K\x01sb" + "s" + pickle_text("where") + "cpathlib\nPosixPath\n" +
                   pickle_text("runs") + "\x85Rs" + pickle_text("type") + "ctorch\nfloat32\ns" +
                   pickle_text("seen") + "ccollections\ndeque\n](K\x01K\x02" + "e\x85Rs"));
  ASSERT_TRUE(tree.ok()) << tree.status().message();
  EXPECT_EQ(tree->root.find("args")->describe(), "object of argparse.Namespace");
  EXPECT_EQ(tree->root.find("where")->describe(), "object of pathlib.PosixPath");
  EXPECT_EQ(tree->root.find("type")->describe(), "the name torch.float32");
  EXPECT_EQ(tree->root.find("seen")->describe(), "object of collections.deque");
}

TEST(Pickle, WhatIsFilledLikeADictionaryIsOne) {
  for (const char* type : {"collections\ndefaultdict", "mine.utils\nMyOrderedDict"}) {
    const auto tree =
        parse(pickle("c" + std::string(type) + "\n)R(" + pickle_text("a") + "K\x07u"));
    ASSERT_TRUE(tree.ok()) << tree.status().message();
    ASSERT_NE(tree->root.find("a"), nullptr) << type;
    EXPECT_EQ(tree->root.find("a")->integer, 7);
  }
}

TEST(Pickle, RefusesNamesFromTheStack) {
  const Status status = failure("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.");
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("'os.system'"), std::string::npos);
}

TEST(Pickle, RefusesObjects) {
  EXPECT_EQ(failure(pickle("(ios\nsystem\n")).code(), Code::kUnsupported);
  EXPECT_EQ(failure(pickle("cnumpy\nndarray\n)R")).code(), Code::kUnsupported);
  EXPECT_EQ(failure(pickle("cnumpy\nndarray\n)\x81}b")).code(), Code::kUnsupported);
  EXPECT_EQ(
      failure(pickle("c_codecs\nencode\n" + pickle_text("a") + pickle_text("rot13") + "\x86R"))
          .code(),
      Code::kUnsupported);
  EXPECT_EQ(failure(pickle("\x82\x01")).code(), Code::kUnsupported);
}

TEST(Pickle, AListThatContainsItselfIsCorrupt) {
  EXPECT_EQ(failure("\x80\x02]q" + std::string(1, '\0') + "h" + std::string(1, '\0') + "a.").code(),
            Code::kCorrupt);
}

TEST(Pickle, ABillionLaughsAreCorrupt) {
  std::string body = "](K\x01";
  body += "eq" + std::string(1, '\0');
  for (char i = 1; i < 40; ++i) {
    body += "](";
    for (int j = 0; j < 20; ++j) body += std::string("h") + static_cast<char>(i - 1);
    body += std::string("eq") + i;
  }
  const Status status = failure(pickle(body));
  EXPECT_EQ(status.code(), Code::kCorrupt);
}

TEST(Pickle, DeepNestingIsCorruptNotACrash) {
  EXPECT_EQ(failure(pickle(std::string(100000, '(') + std::string(100000, 't'))).code(),
            Code::kCorrupt);
  EXPECT_EQ(failure(pickle(std::string(100000, ']') + std::string(99999, 'a'))).code(),
            Code::kCorrupt);
}

TEST(Pickle, AnnouncedSizesAreCheckedBeforeUse) {
  EXPECT_EQ(failure("\x80\x04\x8d" + raw(uint64_t{1} << 60) + ".").code(), Code::kCorrupt);
  EXPECT_EQ(failure("\x80\x04X" + raw(uint32_t{0xfffffff0}) + ".").code(), Code::kCorrupt);
  EXPECT_EQ(failure("\x80\x02\x8b" + raw(uint32_t{0x7fffffff}) + ".").code(), Code::kCorrupt);
}

TEST(Pickle, StackAndMemoAbuseIsCorrupt) {
  for (const std::string body : {"R",
                                 "0",
                                 "t",
                                 "(R",
                                 "h\x05",
                                 "j\xff\xff\xff\xff",
                                 "]K\x01s",
                                 "K\x01K\x02"
                                 "a",
                                 "}(K\x01u",
                                 "(((1",
                                 "b",
                                 "Q"}) {
    EXPECT_EQ(failure(pickle(body)).code(), Code::kCorrupt) << body;
  }
}

TEST(Pickle, EveryCutIsAnError) {
  const std::string whole = pickle("}(" + pickle_text("a") + "K\x07" + pickle_text("b") +
                                   "](M\x01\x02NeX" + raw<uint32_t>(1) + "c\x88u");
  ASSERT_TRUE(parse(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse(whole.substr(0, size)).ok()) << size;
}

TEST(TorchZip, StridesAreHonoured) {
  // A 2 x 3 view of storage 0 1 2 3 4 5 6 with strides (1, 2) from element 1: rows 1 3 5 and 2 4 6.
  const auto tree =
      parse(torch_zip(pickle("}" + pickle_text("w") + pickle_tensor(7, 1, {2, 3}, {1, 2}) + "s"),
                      floats({0, 1, 2, 3, 4, 5, 6})));
  ASSERT_TRUE(tree.ok()) << tree.status().to_string();
  EXPECT_EQ(tree->format, "torch zip");
  EXPECT_EQ(tree->root.find("w")->tensor.to_floats(), (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

TEST(TorchZip, ATensorOutsideItsStorageIsCorruptByName) {
  struct Case {
    int offset;
    std::vector<int> shape, strides;
  };
  for (const Case& c : {Case{1, {6}, {1}},
                        Case{0, {2, 3}, {4, 1}},
                        Case{-1, {2}, {1}},
                        Case{0, {2}, {-1}},
                        Case{0, {1 << 30}, {0}},
                        Case{0, {-3}, {1}},
                        Case{0, {1 << 30, 1 << 30}, {1, 1}},
                        Case{0, {2}, {2000000000}}}) {
    const Status status = failure(torch_zip(
        pickle("}" + pickle_text("net.w") + pickle_tensor(6, c.offset, c.shape, c.strides) + "s"),
        floats({0, 1, 2, 3, 4, 5})));
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_NE(status.message().find("net.w"), std::string::npos) << status.message();
  }
}

TEST(TorchZip, AStorageShorterThanAnnouncedIsCorruptByName) {
  const Status status = failure(torch_zip(
      pickle("}" + pickle_text("net.w") + pickle_tensor(1 << 30, 0, {1 << 30}, {1}) + "s"),
      floats({1, 2})));
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("net.w"), std::string::npos) << status.message();
}

TEST(TorchZip, AMissingStorageIsNamed) {
  const Status status = failure(make_zip({{"a/data.pkl", pickle(pickle_tensor(1, 0, {1}, {1}))}}));
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("storage '0'"), std::string::npos);
}

TEST(NumpyInPickle, ScalarsAndArraysAreRead) {
  const std::string f4 = "cnumpy\ndtype\n(" + pickle_text("f4") + "\x89\x88tR(K\x03" +
                         pickle_text("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" +
                         std::string(1, '\0') + "tb";
  const std::string three = floats({3});  // 00 00 40 40 is latin1 as it stands
  const std::string bytes =
      "c_codecs\nencode\n(" + pickle_text(three) + pickle_text("latin1") + "tR";
  const auto scalar = parse(pickle("cnumpy.core.multiarray\nscalar\n" + f4 + bytes + "\x86R"));
  ASSERT_TRUE(scalar.ok()) << scalar.status().to_string();
  EXPECT_EQ(scalar->root.real, 3);
  const auto array =
      parse(pickle("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x01\x85" +
                   pickle_text("b") + "tR(K\x01K\x01\x85" + f4 + "\x89" + bytes + "tb"));
  ASSERT_TRUE(array.ok()) << array.status().to_string();
  EXPECT_EQ(array->root.tensor.to_floats(), std::vector<float>{3});
}

}  // namespace
}  // namespace loci
