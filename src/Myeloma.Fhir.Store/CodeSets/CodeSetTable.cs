using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.CodeSets;

/// <summary>The tables <c>code_set</c> and <c>code_set_member</c>.</summary>
/// <remarks>
/// A set is right for the count of terminology changes that it bears. When that went up, the set is made again, and is the one that is stored if it has the same members; if
/// not, the earlier one stays for searches under way, until nobody has used it for <see cref="StoreOptions.CodeSetRetention"/>.
/// </remarks>
internal sealed class CodeSetTable(NpgsqlDataSource dataSource, StoreOptions options)
{
    /// <summary>A new number when other members are listed for the same terminology: what servers of an earlier program made counts no more.</summary>
    private const string ListingVersion = "1";

    /// <summary>Names the locks of sets that are being made ("mfcs" in ASCII).</summary>
    private const int LockClass = 0x6D666373;

    /// <summary>A use is noted when the last one that was lies a part of the retention back, so that hardly any search writes.</summary>
    private const string FindText = $"""
        SELECT g.generation, s.id, s.size, s.used < clock_timestamp() - $2 / 24
        FROM (SELECT {TerminologyGeneration.FindText} AS generation) g
        LEFT JOIN LATERAL (SELECT * FROM code_set c WHERE c.key = $1 AND c.generation = g.generation ORDER BY c.id DESC LIMIT 1) s ON TRUE
        """;

    private const string UseText = "UPDATE code_set SET used = clock_timestamp() WHERE id = $1 RETURNING id";

    private const string AdoptText = """
        UPDATE code_set SET used = clock_timestamp(), generation = greatest(generation, $3) WHERE key = $1 AND fingerprint = $2 RETURNING id
        """;

    private const string AddText = """
        INSERT INTO code_set (key, fingerprint, generation, name, size, used) VALUES ($1, $2, $3, $4, $5, clock_timestamp()) RETURNING id
        """;

    private const string ForgetText = """
        WITH unused AS (DELETE FROM code_set WHERE used < clock_timestamp() - $1 RETURNING id)
        DELETE FROM code_set_member m USING unused WHERE m.set_id = unused.id
        """;

    /// <summary>The set that is right at this instant, and the count of terminology changes.</summary>
    /// <returns>Null where it is not stored, or not known to be right.</returns>
    public async Task<(StoredCodeSet? Set, long Generation)> FindAsync(CodeSetName name, NpgsqlConnection? snapshot, CancellationToken cancellationToken)
    {
        (StoredCodeSet? Set, long Generation) found;
        var isUseNoted = true;
        await using (var command = snapshot is null ? dataSource.CreateCommand(FindText) : new NpgsqlCommand(FindText, snapshot))
        {
            command.Parameters.Add(Bytes(Key(name)));
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.CodeSetRetention });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            found = (null, reader.GetInt64(0));
            if (!await reader.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false))
            {
                found.Set = new StoredCodeSet(reader.GetInt64(1), reader.GetInt32(2));
                isUseNoted = !reader.GetBoolean(3);
            }
        }

        // What a snapshot sees it sees to its end. Of the others one that was not used for long may be removed at this moment.
        if (isUseNoted || snapshot is not null || await IsKeptAsync(found.Set!.Value.Id, cancellationToken).ConfigureAwait(false)) return found;
        return (null, found.Generation);
    }

    /// <summary>Stores a set, or takes the stored one with the same members, and notes that it is right for a count of terminology changes.</summary>
    /// <remarks>Who makes the same set meanwhile is waited for.</remarks>
    public async Task<StoredCodeSet> KeepAsync(CodeSetName name, MemberHashes members, long generation, CancellationToken cancellationToken)
    {
        var (key, fingerprint) = (Key(name), members.Fingerprint);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var patience = ((long)options.WriteTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var slot = BitConverter.ToInt32(key).ToString(CultureInfo.InvariantCulture);
        await using (var wait = new NpgsqlCommand($"SET LOCAL statement_timeout = {patience}; SELECT pg_advisory_xact_lock({LockClass}, {slot})", connection))
            await wait.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        NpgsqlParameter[] identity = [Bytes(key), Bytes(fingerprint), new NpgsqlParameter<long> { TypedValue = generation }];
        var id = await IdAsync(connection, AdoptText, identity, cancellationToken).ConfigureAwait(false);
        if (id is null)
        {
            NpgsqlParameter[] all =
            [
                .. identity.Select(parameter => parameter.Clone()), new NpgsqlParameter<string> { TypedValue = name.ToString()! }, new NpgsqlParameter<int> { TypedValue = members.Sorted.Length },
            ];
            id = await IdAsync(connection, AddText, all, cancellationToken).ConfigureAwait(false);
            await CopyAsync(connection, id!.Value, members, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new StoredCodeSet(id.Value, members.Sorted.Length);
    }

    /// <summary>Stores a set within a transaction that is never committed: only its own searches see it.</summary>
    public static async Task<StoredCodeSet> LendAsync(NpgsqlConnection snapshot, MemberHashes members, CancellationToken cancellationToken)
    {
        var id = await IdAsync(snapshot, "SELECT nextval(pg_get_serial_sequence('code_set', 'id'))", [], cancellationToken).ConfigureAwait(false);
        await CopyAsync(snapshot, id!.Value, members, cancellationToken).ConfigureAwait(false);
        return new StoredCodeSet(id.Value, members.Sorted.Length);
    }

    /// <summary>Removes the sets that nobody has used for <see cref="StoreOptions.CodeSetRetention"/>.</summary>
    public async Task ForgetUnusedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ForgetText);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.CodeSetRetention });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsKeptAsync(long id, CancellationToken cancellationToken)
    {
        await using var use = dataSource.CreateCommand(UseText);
        use.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        return await use.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    private static async Task<long?> IdAsync(NpgsqlConnection connection, string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as long?;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, long id, MemberHashes members, CancellationToken cancellationToken)
    {
        var (set, hash) = (Columns.BigInteger("set_id"), Columns.BigInteger("hash"));
        foreach (var member in members.Sorted)
        {
            set.Add(id);
            hash.Add(member);
        }

        await new RowBatch("code_set_member", set, hash).CopyAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Key(CodeSetName name) => SHA256.HashData(Encoding.UTF8.GetBytes($"{ListingVersion}\n{name.GetType().Name}\n{name}"));

    private static NpgsqlParameter Bytes(byte[] value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bytea };
}
