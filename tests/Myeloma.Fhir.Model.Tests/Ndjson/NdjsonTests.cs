using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Ndjson;

namespace Myeloma.Fhir.Model.Tests.Ndjson;

/// <remarks>https://hl7.org/fhir/R4/nd-json.html</remarks>
public sealed class NdjsonTests
{
    private static async Task<List<string>> Lines(Stream stream, int maxLineBytes = NdjsonReading.DefaultMaxLineBytes)
    {
        var lines = new List<string>();
        await foreach (var line in NdjsonReading.ReadAsync(stream, maxLineBytes)) lines.Add($"{line.Number}:{Encoding.UTF8.GetString(line.Json.Span)}");
        return lines;
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\n\r\n \t\n", "")]
    [InlineData("{}", "1:{}")]
    [InlineData("{}\n", "1:{}")]
    [InlineData("{}\r\n{ }\r\n", "1:{}|2:{ }")]
    [InlineData("\n{}\n\n \r\n[]\n\n", "2:{}|5:[]")]
    [InlineData("{}\r", "1:{}")]
    [InlineData("\"\u00e4\"\nx", "1:\"\u00e4\"|2:x")]
    public async Task Each_line_that_is_not_blank_is_given_with_its_number(string text, string lines)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal(lines, string.Join('|', await Lines(new MemoryStream(bytes))));
        Assert.Equal(lines, string.Join('|', await Lines(new Trickle(bytes))));
    }

    [Theory]
    [InlineData("{}\n1234567890\n", 2)]
    [InlineData("{}\n1234567890", 2)]
    [InlineData("1234567890\r\n", 1)]
    public async Task A_line_beyond_the_limit_is_refused_with_its_number(string text, int number)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal($"Line {number} has more than 9 bytes.", (await Assert.ThrowsAsync<FhirException>(() => Lines(new MemoryStream(bytes), 9))).Issues.Single().Diagnostics);
        Assert.Equal(IssueType.TooLong, (await Assert.ThrowsAsync<FhirException>(() => Lines(new Trickle(bytes), 9))).Issues.Single().Type);
        Assert.NotEmpty(await Lines(new Trickle(bytes), 10));
    }

    [Fact]
    public async Task A_line_without_end_is_refused_before_the_stream_ends()
    {
        var endless = new Endless();

        await Assert.ThrowsAsync<FhirException>(() => Lines(endless, 1_000_000));

        Assert.InRange(endless.Given, 1_000_000, 2_000_000);
    }

    [Fact]
    public async Task Lines_are_given_as_they_come()
    {
        var trickle = new Trickle([.. "{}\n"u8, .. new byte[10_000]]);

        await foreach (var line in NdjsonReading.ReadAsync(trickle))
        {
            Assert.Equal("{}"u8.ToArray(), line.Json.ToArray());
            break;
        }

        Assert.InRange(trickle.Position, 3, 4);
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        using var stream = new MemoryStream();
        var large = "{\"a\":\"" + new string('x', 200_000) + "\"}";
        string[] resources = ["{}", "{\n  \"a\": \"b\\nc  d\",\r\n\t\"e\": [ 1 ]\n}\n", large, "[]"];

        await using (var writer = new NdjsonWriter(stream))
        {
            foreach (var resource in resources) await writer.WriteAsync(Encoding.UTF8.GetBytes(resource), default);
            Assert.Equal(4, writer.Count);
        }

        Assert.Equal("{}\n{\"a\": \"b\\nc  d\",\"e\": [ 1 ]}\n" + large + "\n[]\n", Encoding.UTF8.GetString(stream.ToArray()));
        stream.Position = 0;
        Assert.Equal(4, (await Lines(stream)).Count);
    }

    [Fact]
    public async Task Flushing_hands_over_what_was_written()
    {
        using var stream = new MemoryStream();
        await using var writer = new NdjsonWriter(stream);

        await writer.WriteAsync("{}"u8.ToArray(), default);
        Assert.Equal(0, stream.Length);
        await writer.FlushAsync(default);

        Assert.Equal("{}\n", Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>Gives one byte at a time.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }

    private sealed class Endless : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            Given += buffer.Length;
            return new(buffer.Length);
        }
    }
}
