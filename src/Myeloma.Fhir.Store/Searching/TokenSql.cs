using System.Diagnostics;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store.Writing;

namespace Myeloma.Fhir.Store.Searching;

/// <summary>Postings: tokens in their four forms, exact strings, presence.</summary>
/// <remarks>https://hl7.org/fhir/R4/search.html#token</remarks>
internal static class TokenSql
{
    public static long Hash(int parameterId, TokenValue value) => value switch
    {
        TokenValue.AnySystem(var code) => PostingHash.AnyCode(parameterId, code),
        TokenValue.InSystem(var system, var code) => PostingHash.SystemAndCode(parameterId, system, code),
        TokenValue.NoSystem(var code) => PostingHash.CodeWithoutSystem(parameterId, code),
        TokenValue.WholeSystem(var system) => PostingHash.WholeSystem(parameterId, system),
        TokenValue.OfType(var system, var code, var identifier) => PostingHash.TypedIdentifier(parameterId, system, code, identifier),
        _ => throw new UnreachableException(),
    };

    /// <summary>The postings as a row source.</summary>
    public static RowSource Rows(Alias row, long[] hashes) => new(row, hashes is [var hash]
        ? (Sql)$"index_token {row} WHERE {row}.hash = {hash}"
        : $"index_token {row} WHERE {row}.hash = ANY ({hashes})");

    /// <summary>The version has one of the postings.</summary>
    public static Sql Holds(Alias match, long[] hashes) => hashes is [var hash]
        ? (Sql)$"EXISTS (SELECT FROM index_token p WHERE p.hash = {hash} AND p.rid = {match}.rid{match.Fence})"
        : $"EXISTS (SELECT FROM index_token p WHERE p.hash = ANY ({hashes}) AND p.rid = {match}.rid{match.Fence})";

    /// <summary>Postings of a component, which tell the element they come from.</summary>
    public static RowSource ItemRows(Alias row, long[] hashes) => new(row, hashes is [var hash]
        ? (Sql)$"index_token_item {row} WHERE {row}.hash = {hash}"
        : $"index_token_item {row} WHERE {row}.hash = ANY ({hashes})");
}
