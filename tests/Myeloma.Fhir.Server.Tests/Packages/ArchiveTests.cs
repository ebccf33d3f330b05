using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Model.Issues;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Packages;

/// <summary>Archives of packages: read from hostile hands, and written the same each time.</summary>
public sealed class ArchiveTests
{
    private static readonly PackageLimits Limits = PackageLimits.Default with { MaxUnpackedBytes = 1 << 20, MaxFileBytes = 1 << 16, MaxFiles = 100 };

    [Theory]
    [InlineData(TarEntryType.RegularFile, "../outside.json", "'../outside.json' in the archive has a name that leads outside.")]
    [InlineData(TarEntryType.RegularFile, "package/../../x.json", "'package/../../x.json' in the archive has a name that leads outside.")]
    [InlineData(TarEntryType.RegularFile, "/etc/x.json", "'/etc/x.json' in the archive has a name that is not relative.")]
    [InlineData(TarEntryType.RegularFile, "C:/x.json", "'C:/x.json' in the archive has a name that is not relative.")]
    [InlineData(TarEntryType.RegularFile, "package\\..\\x.json", "'package\\..\\x.json' in the archive has a name that is not relative.")]
    [InlineData(TarEntryType.SymbolicLink, "package/link.json", "'package/link.json' in the archive is a symbolic link; a package has files and folders only.")]
    [InlineData(TarEntryType.HardLink, "package/link.json", "'package/link.json' in the archive is a hard link; a package has files and folders only.")]
    [InlineData(TarEntryType.CharacterDevice, "package/device", "'package/device' in the archive is a device; a package has files and folders only.")]
    [InlineData(TarEntryType.Fifo, "package/pipe", "'package/pipe' in the archive is a pipe; a package has files and folders only.")]
    public void What_is_no_file_inside_is_refused(TarEntryType type, string name, string expected)
    {
        var package = new TestPackage("test.hostile", "1.0.0").WithEntry(type, name, "{}", type is TarEntryType.SymbolicLink or TarEntryType.HardLink ? "/etc/passwd" : null);

        Assert.Equal([expected], Faults(package.ToBytes()));
    }

    [Fact]
    public void All_entries_that_are_refused_are_told_together()
    {
        var package = new TestPackage("test.hostile", "1.0.0").WithEntry(TarEntryType.RegularFile, "package/a.json", "{}").WithEntry(TarEntryType.RegularFile, "package/./a.json", "{}")
            .WithEntry(TarEntryType.RegularFile, "package/a.json", "{}").WithEntry(TarEntryType.SymbolicLink, "b", "", "c");

        Assert.Equal(
            ["'package/./a.json' in the archive has a name that leads outside.", "'package/a.json' is in the archive twice.", "'b' in the archive is a symbolic link; a package has files and folders only."],
            Faults(package.ToBytes()));
    }

    [Fact]
    public void Limits_hold_before_memory_is_taken()
    {
        var bomb = new TestPackage("test.bomb", "1.0.0").WithEntry(TarEntryType.RegularFile, "other/zeros.bin", new string('0', 2 << 20));
        var large = new TestPackage("test.large", "1.0.0").WithEntry(TarEntryType.RegularFile, "package/large.json", new string('0', 1 << 17));
        var many = new TestPackage("test.many", "1.0.0");
        for (var at = 0; at < 101; at++) many.WithEntry(TarEntryType.RegularFile, $"package/{at}.json");

        Assert.Equal(["The archive holds more than 1,048,576 bytes, the limit of this server (setting Fhir:Packages:MaxUnpackedMegabytes)."], Faults(bomb.ToBytes()));
        Assert.Equal(["'package/large.json' in the archive has 131,072 bytes, more than the 65,536 allowed (setting Fhir:Packages:MaxFileBytes)."], Faults(large.ToBytes()));
        Assert.Equal(["The archive has more than 100 files, the limit of this server (setting Fhir:Packages:MaxFiles)."], Faults(many.ToBytes()));
        Assert.Equal(["The archive holds more than 1,048,576 bytes, the limit of this server (setting Fhir:Packages:MaxUnpackedMegabytes)."], Faults(Zipped(Header("other/x", 1L << 40))));
        Assert.Equal(["This is no package (a gzip'd tar archive), or a damaged one: a header has 1,073,741,824 bytes."], Faults(Zipped(Header("x", 1L << 30, 'x'))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not an archive")]
    public void What_is_no_archive_is_told(string text) =>
        Assert.StartsWith("Th", Assert.Single(Faults(Encoding.UTF8.GetBytes(text))), StringComparison.Ordinal);

    [Fact]
    public void A_damaged_archive_is_told_wherever_it_is_damaged()
    {
        var archive = new TestPackage("test.damaged", "1.0.0").With(TestPackage.Resource("ValueSet", "a")).ToBytes();
        for (var length = 0; length < archive.Length - 1; length += 7) Assert.NotEmpty(Faults(archive[..length]));
        using var plain = new MemoryStream();
        using (var unzipped = new GZipStream(new MemoryStream(archive), CompressionMode.Decompress)) unzipped.CopyTo(plain);
        foreach (var at in (int[])[0, 130, 150, 300])
        {
            var bytes = plain.ToArray();
            bytes[at] ^= 0x55;
            Assert.NotEmpty(Faults(Zipped(bytes)));
        }
    }

    [Theory]
    [InlineData("{}", "package/package.json has no name.|package/package.json has no version.")]
    [InlineData("""{"name":"../x","version":"1"}""", "The name in package/package.json is small letters, digits, dots and hyphens, not '../x'.")]
    [InlineData("""{"name":"a","version":"1/2"}""", "The version in package/package.json is like 1.0.0, not '1/2'.")]
    [InlineData("""{"name":"a","version":"1","fhirVersions":["5.0.0"]}""", "The package is for FHIR 5.0.0; this server speaks 4.0.1.")]
    [InlineData("[]", "package/package.json is not a JSON object.")]
    public void A_manifest_has_to_tell_name_version_and_R4(string manifest, string expected)
    {
        var fault = Assert.Throws<FhirException>(() => PackageManifest.Read(Encoding.UTF8.GetBytes(manifest)));

        Assert.Equal(expected.Split('|'), fault.Issues.Select(issue => issue.Diagnostics));
    }

    [Fact]
    public void A_package_is_made_of_the_same_bytes_each_time_and_read_by_others()
    {
        string[] resources = [TestPackage.Resource("ValueSet", "b"), TestPackage.Resource("CodeSystem", "a", more: ""","content":"complete","concept":[{"code":"a","display":"Ä"},{"code":"aa"},{"code":"aaa"}]""")];
        var description = new PackageDescription("test.made", "1.0.0", "Made", "By a test", "http://example.org");
        PackageArchive Made(IEnumerable<string> from) => PackageBuild.Make(description, from.Select(resource => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(resource)));

        var (made, turned) = (Made(resources), Made(resources.Reverse()));

        // The hash of every machine and every release: whatever changes it changes the bytes of packages that are published.
        Assert.Equal("ae6117274895ca0138a4178ac810fb6fed1cb366", made.Shasum);
        Assert.Equal(made.Bytes.ToArray(), turned.Bytes.ToArray());
        var files = Files(made.Bytes.ToArray());
        Assert.Equal(["package/.index.json", "package/CodeSystem-a.json", "package/ValueSet-b.json", "package/package.json"], files.Keys);
        Assert.Equal(resources[1], files["package/CodeSystem-a.json"]);
        Assert.Equal(
            """{"index-version":2,"files":[{"filename":"CodeSystem-a.json","resourceType":"CodeSystem","id":"a","url":"http://example.org/CodeSystem/a","version":"1","content":"complete"},{"filename":"ValueSet-b.json","resourceType":"ValueSet","id":"b","url":"http://example.org/ValueSet/b","version":"1"}]}""",
            files["package/.index.json"]);
        Assert.Equal(
            """{"name":"test.made","version":"1.0.0","type":"Conformance","title":"Made","description":"By a test","canonical":"http://example.org","url":"http://example.org","fhirVersions":["4.0.1"],"dependencies":{"hl7.fhir.r4.core":"4.0.1"},"directories":{"lib":"package"}}""",
            files["package/package.json"]);
    }

    [Fact]
    public void What_is_compressed_is_what_comes_out_for_content_of_all_kinds()
    {
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            // From noise to long repetitions, near and far.
            var content = new StringBuilder();
            while (content.Length < round * 3_000) content.Append(random.Next(3) == 0 && content.Length > 40_000 ? content.ToString(random.Next(30_000), 300) : new string((char)random.Next(32, 1000), random.Next(1, 600)));
            var package = PackageBuild.Make(
                new PackageDescription("test.zip", "1.0.0", "x", "x", "http://example.org"),
                [Encoding.UTF8.GetBytes($$"""{"resourceType":"Patient","id":"x","name":[{"text":{{System.Text.Json.JsonSerializer.Serialize(content.ToString())}}}]}""")]);

            Assert.Equal(package.Files[0].Json.ToArray(), PackageArchive.Read(package.Bytes, PackageLimits.Default).Files[0].Json.ToArray());
        }
    }

    [Theory]
    [InlineData(null, "2.0.0")]
    [InlineData("latest", "2.0.0")]
    [InlineData("1.0.x", "1.0.10")]
    [InlineData("1.x", "1.2.0")]
    [InlineData("^1.0.0", "1.2.0")]
    [InlineData("~1.0.2", "1.0.10")]
    [InlineData("3.0.0-ballot", "3.0.0-ballot")]
    [InlineData("3.x", "3.0.0-ballot")]
    [InlineData("current", null)]
    [InlineData("4.0.0", null)]
    public void A_version_is_chosen_as_packages_name_it(string? pattern, string? expected) =>
        Assert.Equal(expected, PackageVersions.Best(["1.0.2", "1.0.10", "1.2.0", "2.0.0", "3.0.0-ballot"], pattern));

    private static IReadOnlyList<string> Faults(byte[] archive)
    {
        var fault = Assert.Throws<FhirException>(() => PackageArchive.Read(archive, Limits));
        return [.. fault.Issues.Select(issue => issue.Diagnostics)];
    }

    private static SortedDictionary<string, string> Files(byte[] archive)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var unzipped = new GZipStream(new MemoryStream(archive), CompressionMode.Decompress);
        using var reader = new TarReader(unzipped);
        while (reader.GetNextEntry() is { } entry)
        {
            using var text = new StreamReader(entry.DataStream!);
            files[entry.Name] = text.ReadToEnd();
        }

        return files;
    }

    /// <summary>A header that says what is not true.</summary>
    private static byte[] Header(string name, long size, char type = '0')
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        header[124] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128, 8), size);
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148, 8));
        return header;
    }

    private static byte[] Zipped(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var zipped = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)) zipped.Write(plain);
        return output.ToArray();
    }
}
