#include "image_program.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/host/workspace.hpp>

namespace tenantry::host {
namespace {

class ImageProgram : public testing::Test {
  protected:
    ImageProgram() {
        std::filesystem::create_directories(folder_ / "usr/bin");
        std::filesystem::create_directories(folder_ / "srv/www");
        std::filesystem::create_symlink("usr/bin", folder_ / "bin");
        write("usr/bin/sh", "#!/usr/bin/loop\n", 0755);
        write("usr/bin/script", "#! /bin/sh -e\n", 0755);
        write("usr/bin/data", "#!/bin/sh\n", 0644);
        write("usr/bin/lonely", "#!/usr/bin/python3\n", 0755);
        write("usr/bin/nothing", "", 0755);
        std::filesystem::create_symlink("/bin/script", folder_ / "entry");
        std::filesystem::create_symlink("../../../../../../../../bin/sh", folder_ / "out");
    }
    ~ImageProgram() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& path, const std::string& bytes, mode_t mode) const {
        std::ofstream(folder_ / path, std::ios::binary) << bytes;
        ASSERT_EQ(chmod((folder_ / path).c_str(), mode), 0);
    }
    std::string said(const std::string& program, const std::string& place = "/") const {
        const auto done = check_program(folder_, {{program}, {"PATH=/nowhere::/bin"}, place});
        return done ? "" : done.error().text();
    }

    const std::filesystem::path folder_ = testing::TempDir() + "tenantry-program-" + random_id();
};

TEST_F(ImageProgram, IsFoundAsTheKernelFindsIt) {
    for (const char* there : {"/usr/bin/script", "/bin/script", "script", "/entry", "/../bin/script"})
        EXPECT_EQ(said(there), "") << there;
    EXPECT_EQ(said("./script", "/usr/bin"), "");
    EXPECT_EQ(said("bin/script", "/usr"), "");
}

TEST_F(ImageProgram, ThatIsNotThereOrCannotRunIsTold) {
    EXPECT_EQ(said("/bin/api"), "its program /bin/api is not in the image");
    EXPECT_EQ(said("api"), "its program api is not in the image");
    EXPECT_EQ(said("data"), "its program data is no file that may be run");
    EXPECT_EQ(said("/usr/bin"), "its program /usr/bin is no file that may be run");
    EXPECT_EQ(said("lonely"), "its program /bin/lonely needs /usr/bin/python3, which the image has not");
    EXPECT_NE(said("nothing").find("neither a script"), std::string::npos);
    const auto none = check_program(folder_, {{}, {}, "/"});
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().text().find("there is nothing to run"), std::string::npos);
}

// The machine's own /bin/sh lies outside of the image; a link that climbs comes to the image's.
TEST_F(ImageProgram, LinksStayInTheImage) {
    EXPECT_EQ(said("/out"), "its program /out needs /usr/bin/loop, which the image has not");
}

TEST_F(ImageProgram, OfALinkedKindNeedsItsLoaderAndThisMachine) {
    std::filesystem::copy_file("/proc/self/exe", folder_ / "usr/bin/own");
    EXPECT_NE(said("own").find("needs /lib"), std::string::npos) << said("own");
    std::string bytes = "\177ELF\2";
    bytes.resize(64, '\0');
    bytes[18] = '\xf3';  // RISC-V
    write("usr/bin/foreign", bytes, 0755);
    EXPECT_EQ(said("foreign"), "its program /bin/foreign is made for another machine than this");
    write("usr/bin/short", "\177ELF", 0755);
    EXPECT_EQ(said("short"), "its program /bin/short is made for another machine than this");
}

// A link would be followed outside of the image: the folder is mounted by its path on this machine.
TEST_F(ImageProgram, AFolderThatIsServedIsNoLink) {
    EXPECT_TRUE(check_folder(folder_, "/srv/www"));
    std::filesystem::create_symlink("/etc", folder_ / "srv/link");
    std::filesystem::create_directories(folder_ / "deep/www");
    std::filesystem::create_symlink("deep", folder_ / "short");
    for (const char* none : {"/srv/link", "/short/www", "/srv/missing", "/usr/bin/sh", "/../srv"})
        EXPECT_FALSE(check_folder(folder_, none)) << none;
    EXPECT_TRUE(has_folder(folder_, "/srv/www"));
    EXPECT_TRUE(has_folder(folder_, "/short/www")) << "of a process in the image";
    EXPECT_FALSE(has_folder(folder_, "/usr/bin/sh"));
}

}  // namespace
}  // namespace tenantry::host
