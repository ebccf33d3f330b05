namespace Myeloma.Fhir.Store.Searching;

/// <summary>Index rows that fulfil a condition.</summary>
/// <param name="Row">The name of a row.</param>
/// <param name="Rows">What stands after FROM, up to the end of a WHERE that more may be added to by AND.</param>
internal readonly record struct RowSource(Alias Row, Sql Rows)
{
    /// <summary>The version has such a row.</summary>
    public Sql Holds(Alias match) => $"EXISTS (SELECT FROM {Rows} AND {Row}.rid = {match}.rid{match.Fence})";

    /// <summary>There is such a row of the same version and element as another one.</summary>
    public Sql HoldsBeside(Alias other) => $"EXISTS (SELECT FROM {Rows} AND {Row}.rid = {other}.rid AND {Row}.item = {other}.item)";
}
