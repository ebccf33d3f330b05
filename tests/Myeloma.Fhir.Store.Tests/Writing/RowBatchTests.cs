using System.Text;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Store.Writing;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Writing;

/// <summary>Both ways of rows into a table, which have to store the same.</summary>
[Trait("Category", "Postgres")]
public sealed class RowBatchTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly decimal[] Numbers =
    [
        0m, 0.00m, 1m, -1m, 1.10m, 10_000m, 100_000_000m, 0.0001m, 0.00001m, 12_345.6789m, -123_456_789.000_000_001m, 9_999.9999m, 0.1m, 1_000.5m,
        decimal.MaxValue, decimal.MinValue, 0.0000000000000000000000000001m, -7.9228162514264337593543950335m,
    ];

    private static readonly DateTimeOffset[] Instants =
    [
        DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new(1999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero), new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_560), new(1, 1, 2, 0, 0, 0, TimeSpan.Zero),
    ];

    private static readonly string?[] Texts = [null, "", "plain", "Übermaß", "\U0001F600 beyond the first plane", new string('x', 200_000)];

    [Fact]
    public async Task Copied_rows_are_those_that_are_inserted()
    {
        await fixture.ScalarAsync("""
            CREATE TABLE inserted (rid bigint, small integer, item integer, hash bigint, flag boolean, word text, body bytea, at timestamptz, number numeric, content tsvector);
            CREATE TABLE copied (LIKE inserted)
            """);
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using (var batch = connection.CreateBatch())
        {
            batch.BatchCommands.Add(Rows("inserted").Insert());
            await batch.ExecuteNonQueryAsync();
        }

        await Rows("copied").CopyAsync(connection, CancellationToken.None);

        const string asText = "SELECT rid, small, item, hash, flag, word, body, at::text, number::text, content::text FROM";
        Assert.Equal(1_000L, await fixture.ScalarAsync("SELECT count(*) FROM copied"));
        Assert.Equal(0L, await fixture.ScalarAsync($"SELECT count(*) FROM (({asText} inserted EXCEPT ALL {asText} copied) UNION ALL ({asText} copied EXCEPT ALL {asText} inserted)) AS d"));
        Assert.Equal("-infinity", await fixture.ScalarAsync("SELECT at::text FROM copied WHERE rid = 0"));
        Assert.Equal("79228162514264337593543950335", await fixture.ScalarAsync($"SELECT number::text FROM copied WHERE rid = {Array.IndexOf(Numbers, decimal.MaxValue)}"));
    }

    [Fact]
    public async Task Where_a_value_can_not_be_written_no_row_is_there_and_the_connection_goes_on()
    {
        await fixture.ScalarAsync("CREATE TABLE refused (word text)");
        var word = Columns.Text("word");
        for (var at = 0; at < 50_000; at++) word.Add("sent long before");
        word.Add("\uD83D");
        await using var connection = await fixture.DataSource.OpenConnectionAsync();

        await Assert.ThrowsAnyAsync<EncoderFallbackException>(() => new RowBatch("refused", word).CopyAsync(connection, CancellationToken.None));

        await using var count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM refused";
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    private static RowBatch Rows(string table)
    {
        var (rid, small, item, hash, flag) = (Columns.Rid(), Columns.Integer("small"), Columns.Item(), Columns.OptionalBigInteger("hash"), Columns.Boolean("flag"));
        var (word, body, at, number, content) = (Columns.Text("word"), Columns.Bytes("body"), Columns.Instant("at"), Columns.Number("number"), new WordColumn("content"));
        for (var row = 0; row < 1_000; row++)
        {
            rid.Add(row);
            small.Add(row - 500);
            item.Add(row % 3 == 0 ? null : -row);
            hash.Add(row % 5 == 0 ? null : long.MinValue + row);
            flag.Add(row % 2 == 0);
            word.Add(Texts[row < 30 ? row % Texts.Length : row % (Texts.Length - 1)]);
            body.Add(Encoding.UTF8.GetBytes(Texts[row % (Texts.Length - 1)] ?? ""));
            at.Add(Instants[row % Instants.Length]);
            number.Add(Numbers[row % Numbers.Length]);
            content.Add(row % 4 == 0 ? [] : [new WordAt("give", 1), new WordAt("übermaß", row), new WordAt("give", 20_000)]);
        }

        return new RowBatch(table, rid, small, item, hash, flag, word, body, at, number, content);
    }
}
