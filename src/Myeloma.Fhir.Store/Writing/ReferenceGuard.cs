using Myeloma.Fhir.Model.Issues;
using Npgsql;

namespace Myeloma.Fhir.Store.Writing;

/// <summary>Referential integrity of one transaction: what is referred to is there, and stays there until the commit.</summary>
/// <remarks>
/// A target is locked against deletion, not against reading or against other references. Who deletes holds the row's full lock and looks for references only then, so that either he sees the
/// new reference, or its writer sees the deletion. src/decisions/referential-integrity.md has the reasons.
/// </remarks>
internal sealed class ReferenceGuard(NpgsqlConnection connection)
{
    private const string LockText = """
        SELECT k.at, r.version, r.deleted
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(type, id, at)
        JOIN resource r ON r.type = k.type COLLATE "C" AND r.id = k.id COLLATE "C"
        ORDER BY r.type, r.id
        FOR KEY SHARE OF r
        """;

    /// <summary>One reference to each of the deleted resources; the parameters that have any are found by a step of the index each.</summary>
    private const string ReferringText = """
        WITH RECURSIVE p AS (
            (SELECT parameter_id AS id FROM index_reference WHERE target_id IS NOT NULL ORDER BY parameter_id LIMIT 1)
            UNION ALL
            SELECT (SELECT i.parameter_id FROM index_reference i WHERE i.target_id IS NOT NULL AND i.parameter_id > p.id ORDER BY i.parameter_id LIMIT 1)
            FROM p WHERE p.id IS NOT NULL)
        SELECT k.at, f.type, f.id
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(type, id, at)
        CROSS JOIN LATERAL (
            SELECT r.type, r.id FROM p
            JOIN index_reference i ON i.parameter_id = p.id AND i.target_id = k.id COLLATE "C" AND i.target_type = k.type COLLATE "C"
            JOIN resource r ON r.rid = i.rid
            WHERE i.version IS NULL
            LIMIT 1) AS f
        """;

    private readonly List<(PendingWrite Write, LiteralReference Reference)> references = [];
    private readonly Dictionary<ResourceKey, (int Version, bool Deleted)> found = [];
    private Dictionary<ResourceKey, PendingWrite> written = [];
    private ResourceKey[] targets = [];

    /// <summary>Takes the references of operations. What the same transaction writes need not be looked for.</summary>
    public void Add(IReadOnlyList<PendingWrite> writes, string? baseUrl)
    {
        references.Clear();
        found.Clear();
        foreach (var write in writes)
            if (write.Document is { } document)
                foreach (var reference in LiteralReference.Of(document, baseUrl)) references.Add((write, reference));
        if (references.Count == 0)
        {
            targets = [];
            return;
        }

        written = writes.Where(write => write.Document is not null).ToDictionary(write => write.Key);
        references.RemoveAll(each => each.Reference.VersionId is null && written.ContainsKey(each.Reference.Target));
        targets = [.. references.Select(each => each.Reference.Target).Distinct()];
    }

    /// <returns>Whether a command was added.</returns>
    public bool AddLocks(NpgsqlBatch batch)
    {
        if (targets.Length == 0) return false;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockText) { Parameters = { Types(targets), Ids(targets) } });
        return true;
    }

    /// <summary>Reads the result of that command.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            found[targets[reader.GetInt64(0) - 1]] = (reader.GetInt32(1), reader.GetBoolean(2));
    }

    /// <summary>The references that lead nowhere.</summary>
    public IEnumerable<(PendingWrite Write, LiteralReference Reference)> Missing() => references.Where(each => !IsThere(each.Reference));

    /// <summary>What is wrong with one of those; the expression begins at the resource.</summary>
    public Issue IssueOf(PendingWrite write, LiteralReference reference)
    {
        var (name, what) = reference.VersionId is { } number
            ? ($"{reference.Target}/_history/{number}", "is not a version of this server")
            : (reference.Target.ToString(), found.ContainsKey(reference.Target) ? "was deleted" : "does not exist on this server");
        return Issue.BusinessRule(
            $"{write.Key} refers to {name}, which {what}; store that first, or both in one transaction (setting Fhir:ReferentialIntegrity).",
            $"{reference.Element.Document.ExpressionOf(reference.Element)}.reference");
    }

    /// <summary>A version stays readable when its resource is deleted.</summary>
    private bool IsThere(LiteralReference reference)
    {
        var isKnown = found.TryGetValue(reference.Target, out var target);
        var newest = written.TryGetValue(reference.Target, out var made) ? (made.Current?.Version ?? 0) + 1 : isKnown ? target.Version : 0;
        return reference.VersionId is { } version ? version >= 1 && version <= newest : isKnown && !target.Deleted;
    }

    /// <summary>Looks again, for documents that were completed since.</summary>
    /// <exception cref="FhirException"><c>business-rule</c>: a reference of them leads nowhere.</exception>
    public async Task RefuseMissingAsync(IReadOnlyList<PendingWrite> writes, string? baseUrl, CancellationToken cancellationToken)
    {
        Add(writes, baseUrl);
        await using var batch = connection.CreateBatch();
        if (!AddLocks(batch)) return;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false)) await ReadAsync(reader, cancellationToken).ConfigureAwait(false);
        var issues = Missing().Select(each => IssueOf(each.Write, each.Reference)).ToList();
        if (issues.Count > 0) throw new FhirException(issues);
    }

    /// <summary>Looks for references to what was deleted, when the index rows are as they will be.</summary>
    /// <exception cref="FhirException"><c>conflict</c>: something refers to it.</exception>
    public async Task RefuseDeletionsAsync(IReadOnlyList<PendingWrite> made, CancellationToken cancellationToken)
    {
        ResourceKey[] deleted = [.. made.Where(write => write.Document is null).Select(write => write.Key)];
        if (deleted.Length == 0) return;
        await using var command = new NpgsqlCommand(ReferringText, connection) { Parameters = { Types(deleted), Ids(deleted) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<Issue> issues = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            issues.Add(Issue.Conflict(
                $"{deleted[reader.GetInt64(0) - 1]} can't be deleted, because {reader.GetString(1)}/{reader.GetString(2)} refers to it; change or delete that first, or both in one transaction (setting Fhir:ReferentialIntegrity)."));
        }

        if (issues.Count > 0) throw new FhirException(issues);
    }

    private static NpgsqlParameter<string[]> Types(ResourceKey[] keys) => new() { TypedValue = [.. keys.Select(key => key.Type)] };

    private static NpgsqlParameter<string[]> Ids(ResourceKey[] keys) => new() { TypedValue = [.. keys.Select(key => key.Id)] };
}
