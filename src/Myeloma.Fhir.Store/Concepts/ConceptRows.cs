using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Writing;
using Myeloma.Fhir.Terminology.CodeSystems;
using Npgsql;
using NpgsqlTypes;

namespace Myeloma.Fhir.Store.Concepts;

/// <summary>The rows of concepts, written and read as binary streams.</summary>
internal static class ConceptRows
{
    private const int ReportEvery = 20_000;

    /// <summary>Numbers of types that every PostgreSQL has: integer and text.</summary>
    private const int IntegerOid = 23, TextOid = 25;

    private const string ConceptColumns = "code, display, definition, parents, extensions";
    private const string DesignationColumns = "language, use_system, use_code, use_display, status, value";
    private const string PropertyColumns = "code, kind, value, system, display";

    public static async Task WriteAsync(NpgsqlConnection connection, long id, IReadOnlyList<ConceptSource> concepts, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        await SendAsync(connection, $"concept (content_id, place, {ConceptColumns})", concepts, (rows, place, concept) => AddConcept(rows, id, place, concept), null, cancellationToken);
        await SendAsync(connection, $"concept_designation (content_id, place, item, {DesignationColumns})", concepts, (rows, place, concept) => AddDesignations(rows, id, place, concept.Designations), null, cancellationToken);
        await SendAsync(connection, $"concept_property (content_id, place, item, {PropertyColumns}, role_group)", concepts, (rows, place, concept) => AddProperties(rows, id, place, concept.Properties), progress, cancellationToken);
        progress?.Report(concepts.Count);
    }

    /// <returns>The concepts in the order of their places.</returns>
    /// <exception cref="FhirException"><c>transient</c>: what is there is not what was written; it is being removed.</exception>
    public static async Task<IReadOnlyList<ConceptSource>> ReadAsync(NpgsqlConnection connection, long id, ContentSize size, CancellationToken cancellationToken)
    {
        var pool = new Dictionary<string, string>(StringComparer.Ordinal);
        var designations = await ReadDesignationsAsync(connection, id, size, pool, cancellationToken);
        var properties = await ReadPropertiesAsync(connection, id, size, pool, cancellationToken);
        var concepts = new ConceptSource[size.Concepts];
        var read = 0;
        await using var rows = await ExportAsync(connection, "concept", "", ConceptColumns, id, cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) > 0)
        {
            var place = rows.Read<int>(NpgsqlDbType.Integer);
            var (code, display, definition) = (rows.Read<string>(NpgsqlDbType.Text), Text(rows), Text(rows));
            var (parents, extensions) = (rows.Read<int[]>(NpgsqlDbType.Array | NpgsqlDbType.Integer), rows.Read<string[]>(NpgsqlDbType.Array | NpgsqlDbType.Text));
            concepts[place] = new ConceptSource(code, display, definition, parents.Length > 0 ? parents[0] : -1)
            {
                FurtherParents = parents.Length > 1 ? parents[1..] : [],
                Designations = designations[place] ?? (IReadOnlyList<Designation>)[],
                Properties = properties[place] ?? (IReadOnlyList<ConceptProperty>)[],
                Extensions = [.. extensions.Chunk(2).Select(pair => new ConceptExtension(pair[0], pair[1]))],
            };
            read++;
        }

        if (read == size.Concepts && designations.Sum(each => each?.Count ?? 0) == size.Designations && properties.Sum(each => each?.Count ?? 0) == size.Properties) return concepts;
        throw new FhirException(Issue.Transient("The concepts of a code system are being replaced; try again in a moment."));
    }

    /// <summary>Sends the rows of all concepts, as they are made.</summary>
    private static async Task SendAsync(
        NpgsqlConnection connection, string target, IReadOnlyList<ConceptSource> concepts, Action<BinaryRows, int, ConceptSource> add, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        using var rows = new BinaryRows();
        await using var stream = await connection.BeginRawBinaryCopyAsync($"COPY {target} FROM STDIN (FORMAT BINARY)", cancellationToken);
        try
        {
            rows.Begin();
            for (var place = 0; place < concepts.Count; place++)
            {
                if (place % ReportEvery == 0) progress?.Report(place);
                add(rows, place, concepts[place]);
                if (!rows.IsFull) continue;
                await stream.WriteAsync(rows.Written, cancellationToken);
                rows.Clear();
            }

            rows.End();
            await stream.WriteAsync(rows.Written, cancellationToken);
        }
        catch
        {
            // The end of the stream would make the rows count that were sent.
            await stream.CancelAsync();
            throw;
        }
    }

    private static void AddConcept(BinaryRows rows, long id, int place, ConceptSource concept)
    {
        rows.Row(7);
        rows.BigInteger(id);
        rows.Integer(place);
        Add(rows, concept.Code, concept.Display, concept.Definition);
        var isNested = concept.Parent >= 0;
        rows.BeginArray(IntegerOid, concept.FurtherParents.Count + (isNested ? 1 : 0));
        if (isNested) rows.Integer(concept.Parent);
        foreach (var parent in concept.FurtherParents) rows.Integer(parent);
        rows.EndArray();
        rows.BeginArray(TextOid, concept.Extensions.Count * 2);
        foreach (var (url, json) in concept.Extensions) Add(rows, url, json);
        rows.EndArray();
    }

    private static void AddDesignations(BinaryRows rows, long id, int place, IReadOnlyList<Designation> designations)
    {
        for (var item = 0; item < designations.Count; item++)
        {
            var (language, use, value, status) = designations[item];
            Begin(rows, 9, id, place, item);
            Add(rows, language, use?.System, use?.Code, use?.Display, status, value);
        }
    }

    private static void AddProperties(BinaryRows rows, long id, int place, IReadOnlyList<ConceptProperty> properties)
    {
        for (var item = 0; item < properties.Count; item++)
        {
            var (code, kind, value, system, display) = properties[item];
            Begin(rows, 9, id, place, item);
            Add(rows, code, kind, value, system, display);
            if (properties[item].Group is { } group) rows.Integer(group);
            else rows.Null();
        }
    }

    private static async Task<List<Designation>?[]> ReadDesignationsAsync(NpgsqlConnection connection, long id, ContentSize size, Dictionary<string, string> pool, CancellationToken cancellationToken)
    {
        var byPlace = new List<Designation>?[size.Concepts];
        await using var rows = await ExportAsync(connection, "concept_designation", ", item", DesignationColumns, id, cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) > 0)
        {
            var place = rows.Read<int>(NpgsqlDbType.Integer);
            var language = Pooled(pool, Text(rows));
            var use = new ConceptUse(Pooled(pool, Text(rows)), Pooled(pool, Text(rows)), Pooled(pool, Text(rows)));
            var status = Pooled(pool, Text(rows));
            (byPlace[place] ??= new(2)).Add(new Designation(language, use is { System: null, Code: null, Display: null } ? null : use, rows.Read<string>(NpgsqlDbType.Text), status));
        }

        return byPlace;
    }

    private static async Task<List<ConceptProperty>?[]> ReadPropertiesAsync(NpgsqlConnection connection, long id, ContentSize size, Dictionary<string, string> pool, CancellationToken cancellationToken)
    {
        var byPlace = new List<ConceptProperty>?[size.Concepts];
        await using var rows = await ExportAsync(connection, "concept_property", ", item", PropertyColumns + ", role_group", id, cancellationToken);
        while (await rows.StartRowAsync(cancellationToken) > 0)
        {
            var place = rows.Read<int>(NpgsqlDbType.Integer);
            var (code, kind, value) = (Pooled(pool, Text(rows))!, Pooled(pool, Text(rows))!, Pooled(pool, Text(rows))!);
            var (system, display) = (Pooled(pool, Text(rows)), Pooled(pool, Text(rows)));
            (byPlace[place] ??= new(3)).Add(new ConceptProperty(code, kind, value, system, display) { Group = Number(rows) });
        }

        return byPlace;
    }

    /// <summary>In the order of places, the items of each in theirs.</summary>
    private static Task<NpgsqlBinaryExporter> ExportAsync(NpgsqlConnection connection, string table, string order, string columns, long id, CancellationToken cancellationToken) =>
        connection.BeginBinaryExportAsync(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"COPY (SELECT place, {columns} FROM {table} WHERE content_id = {id} ORDER BY place{order}) TO STDOUT (FORMAT BINARY)"), cancellationToken);

    private static void Begin(BinaryRows rows, int columns, long id, int place, int item)
    {
        rows.Row(columns);
        rows.BigInteger(id);
        rows.Integer(place);
        rows.Integer(item);
    }

    private static void Add(BinaryRows rows, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is null) rows.Null();
            else rows.Text(text);
        }
    }

    private static string? Text(NpgsqlBinaryExporter rows)
    {
        if (!rows.IsNull) return rows.Read<string>(NpgsqlDbType.Text);
        rows.Skip();
        return null;
    }

    private static int? Number(NpgsqlBinaryExporter rows)
    {
        if (!rows.IsNull) return rows.Read<int>(NpgsqlDbType.Integer);
        rows.Skip();
        return null;
    }

    /// <summary>The same string for equal ones: most values are met many times.</summary>
    private static string? Pooled(Dictionary<string, string> pool, string? text)
    {
        if (text is null) return null;
        if (pool.TryGetValue(text, out var known)) return known;
        pool.Add(text, text);
        return text;
    }
}
